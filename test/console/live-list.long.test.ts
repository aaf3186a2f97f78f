import { setTimeout } from 'node:timers/promises';
import type { Browser, CDPSession } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  connectDatabase,
  processorMsOf,
  startSystem,
  type DatabaseClient,
  type RunningSystem,
} from '@hourglass/testing';
import { isChromiumMissing, openPage, startBrowser } from './browser.ts';

const queries = 1000;
const seconds = 10;
/** The target is 0.1 on a machine with nothing else to do; processors that are shared count more for the same work. */
const maxShareOfCore = 0.2;

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

  test('costs browser and API at most a tenth of a core while all of 1,000 advance each second', async () => {
    const opened = await openPage(browser, system.url);
    const { page } = opened;
    await page.goto('/');
    await page.getByLabel('E-mail address').fill(system.email);
    await page.getByLabel('Password').fill(system.password);
    await page.keyboard.press('Enter');
    const table = page.locator('table.list');
    for (let shown = 100; shown < queries; shown += 100) {
      await page.getByRole('button', { name: 'Show older queries' }).click();
      await expect.poll(() => table.getAttribute('aria-rowcount')).toBe(String(shown + 101));
    }
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
    console.info(
      `${queries} running queries: ${browserMs.toFixed(0)} ms of browser and ${apiMs.toFixed(0)} ms of API a second`,
    );
    expect((browserMs + apiMs) / 1000).toBeLessThanOrEqual(maxShareOfCore);
    expect(opened.faults).toEqual([]);
    await opened.close();
  });
});

/** Processor time of the processes that show pages, and of the API. */
async function cpuSeconds(chromium: CDPSession, apiPid: number) {
  const { processInfo } = await chromium.send('SystemInfo.getProcessInfo');
  // The process of the type "browser" hands each event to Playwright, which people do not have.
  const browser = processInfo
    .filter(({ type }) => type !== 'browser')
    .reduce((sum, { cpuTime }) => sum + cpuTime, 0);
  return { browser, api: processorMsOf(apiPid) / 1000 };
}
