import { setTimeout } from 'node:timers/promises';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  connectDatabase,
  processorMsOf,
  startSystem,
  type DatabaseClient,
  type RunningSystem,
} from '@hourglass/testing';
import { isChromiumMissing, openPage, startBrowser, type WatchedPage } from './browser.ts';

const queries = 1000;
const seconds = 10;
const maxLayoutsPerSecond = 3;
const maxChangesPerSecond = 100;

describe.skipIf(isChromiumMissing)('a list of running queries', () => {
  let system: RunningSystem;
  let database: DatabaseClient;
  let browser: Browser;
  beforeAll(async () => {
    [system, browser] = await Promise.all([startSystem({ worker: false }), startBrowser()]);
    database = await connectDatabase(system.databaseUrl);
    const id = await system.client.submit({ dimensions: ['apiproxy'], timeRange: 'last60minutes' });
    await database.sql(
      `insert into queries
       select (jsonb_populate_record(q, jsonb_build_object('id', gen_random_uuid()))).*
         from queries q, generate_series(2, $2::integer) where q.id = $1`,
      [id, queries],
    );
    await database.sql(
      `update queries set state = 'running', attempt = 1, phase = 'computing', started_at = now(),
              lease_expires_at = now() + interval '1 hour', updated_at = now()`,
    );
  });
  afterAll(async () => {
    await database.end();
    await browser.close();
    await system.stop();
  });

  async function signedIn(): Promise<WatchedPage> {
    const opened = await openPage(browser, system.url);
    const { page } = opened;
    await page.goto('/');
    await page.getByLabel('E-mail address').fill(system.email);
    await page.getByLabel('Password').fill(system.password);
    await page.keyboard.press('Enter');
    return opened;
  }

  test('says why its next page was not read, and reads it on the next press', async () => {
    const opened = await signedIn();
    const { page } = opened;
    const more = page.getByRole('button', { name: 'Show older queries' });
    const table = page.locator('table.list');
    await page.route(/pageToken/, (route) =>
      route.fulfill({ status: 500, json: { code: 'internal', message: 'The disk is on fire.' } }),
    );
    await more.click();
    await expect.poll(() => page.getByRole('alert').textContent()).toBe('The disk is on fire.');
    expect(await table.getAttribute('aria-rowcount')).toBe('101');
    await page.unroute(/pageToken/);
    await more.click();
    await expect.poll(() => table.getAttribute('aria-rowcount')).toBe('201');
    expect(await page.getByRole('alert').count()).toBe(0);
    await opened.close();
  });

  test('is drawn once a second, without further requests, while all of 1,000 advance each second', async () => {
    const opened = await signedIn();
    const { page } = opened;
    const table = page.locator('table.list');
    const more = page.getByRole('button', { name: 'Show older queries' });
    const showAll = async () => {
      if (await more.isEnabled().catch(() => false)) await more.click();
      return table.getAttribute('aria-rowcount');
    };
    await expect.poll(showAll, { timeout: 120_000 }).toBe(String(queries + 1));
    // Rows far from the window are not drawn.
    expect(await table.locator('tbody tr').count()).toBeLessThan(60);
    await page.evaluate('window.scrollTo(0, 0)');
    const chromium = await browser.newBrowserCDPSession();
    const advance = (percent: number) =>
      database.sql('update queries set progress_percent = $1, updated_at = now()', [percent]);
    const shows = (percent: number) =>
      expect
        .poll(() => page.evaluate("document.querySelector('progress')?.value"), {
          interval: 500,
          timeout: 20_000,
        })
        .toBe(percent);
    await advance(10);
    await shows(10);
    const counted = await countWork(page);
    const before = await cpuSeconds(chromium, system.api.pid);
    for (let second = 1; second <= seconds; second += 1) {
      // Workers report the progress of a query once a second.
      await Promise.all([advance(10 + second), setTimeout(1000)]);
    }
    await shows(10 + seconds);
    const after = await cpuSeconds(chromium, system.api.pid);
    const [browserMs, apiMs] = [after.browser - before.browser, after.api - before.api].map(
      (used) => (used * 1000) / seconds,
    ) as [number, number];
    const { layouts, changes, requests } = await counted();
    // The aim is a tenth of a core on a machine with nothing else to do. A shared processor counts several times as much.
    console.info(
      `${queries} running queries: ${browserMs.toFixed(0)} ms of browser and ${apiMs.toFixed(0)} ms of API a second, ` +
        `${layouts} layouts and ${changes} changes of the document in ${seconds} seconds`,
    );
    expect(requests).toBe(0);
    expect(layouts).toBeLessThanOrEqual(maxLayoutsPerSecond * seconds);
    expect(changes).toBeLessThanOrEqual(maxChangesPerSecond * seconds);
    expect(opened.faults).toEqual([]);
    await opened.close();
  });
});

/** Begins to count. The returned function tells what happened since. */
async function countWork(page: Page) {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const layoutCount = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'LayoutCount')?.value ?? Number.NaN;
  };
  let requests = 0;
  page.on('request', () => (requests += 1));
  await page.evaluate(`{
    window.changes = 0;
    const options = { subtree: true, childList: true, attributes: true, characterData: true };
    new MutationObserver((list) => { window.changes += list.length; }).observe(document, options);
  }`);
  const layoutsBefore = await layoutCount();
  return async () => ({
    layouts: (await layoutCount()) - layoutsBefore,
    changes: await page.evaluate<number>('window.changes'),
    requests,
  });
}

/** Processor time of the processes that show pages, and of the API. */
async function cpuSeconds(chromium: CDPSession, apiPid: number) {
  const { processInfo } = await chromium.send('SystemInfo.getProcessInfo');
  // The process of the type "browser" hands each event to Playwright, which people do not have.
  const browser = processInfo
    .filter(({ type }) => type !== 'browser')
    .reduce((sum, { cpuTime }) => sum + cpuTime, 0);
  return { browser, api: processorMsOf(apiPid) / 1000 };
}
