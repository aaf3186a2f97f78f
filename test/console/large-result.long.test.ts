import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sharedSystem, type TestSystem } from '@hourglass/testing';
import { isChromiumMissing, openPage, startBrowser, type WatchedPage } from './browser.ts';
import { mainThreadTasks } from './main-thread.ts';

const rows = 100_000;
/** More than the page reads by itself. */
const manyRows = 160_000;
const startMs = Date.UTC(2026, 2, 2);
const report = {
  metrics: [
    { name: 'message_count', function: 'sum', alias: 'calls' },
    { name: 'total_response_time', function: 'avg', alias: 'average' },
  ],
  groupByTimeUnit: 'second',
};
const rangeOf = (seconds: number) => ({
  timeRange: {
    start: new Date(startMs).toISOString(),
    end: new Date(startMs + seconds * 1000).toISOString(),
  },
});

// The aims are 150, 50 and 1500 ms on a quiet machine; the figures are printed. These bounds only tell a page that does
// the work of all rows at once, which takes seconds, from one that does not: a processor that is shared counts several
// times as much for the same work. They are processor time of one task of the page, and for the opening the clock.
const maxPlotMs = 1_000;
const maxFrameMs = 400;
const maxOpenMs = 15_000;

describe.skipIf(isChromiumMissing)(`a result of ${rows} rows`, () => {
  let system: TestSystem;
  let browser: Browser;
  let id: string;
  let largeId: string;
  beforeAll(async () => {
    [system, browser] = await Promise.all([sharedSystem('worker'), startBrowser()]);
    for (let from = 0; from < manyRows; from += 20_000)
      await system.client.sendFacts(
        Array.from({ length: 20_000 }, (_, index) => ({
          timestamp: startMs + (from + index) * 1000,
          message_count: 1 + ((from + index) % 97),
          total_response_time: 20 + ((from + index) % 31),
        })),
      );
    id = await completed(rows);
    largeId = await completed(manyRows);
  });
  afterAll(async () => {
    await browser.close();
    await system.stop();
  });

  async function completed(count: number): Promise<string> {
    const submitted = await system.client.submit({ ...report, ...rangeOf(count) });
    expect(await system.client.ended(submitted)).toMatchObject({ state: 'completed', resultRows: count });
    return submitted;
  }

  async function signedIn(path: string): Promise<WatchedPage> {
    const opened = await openPage(browser, system.url);
    const { page } = opened;
    await page.goto('/');
    await page.locator('input[type=email]').fill(system.email);
    await page.locator('input[type=password]').fill(system.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Queries', exact: true }).waitFor();
    await page.goto(path);
    await page.getByRole('grid').waitFor();
    return opened;
  }

  test('opens, is drawn and scrolls smoothly', async () => {
    const opened = await signedIn(`/env/prod/queries/${id}`);
    const { page } = opened;
    const openMs = await shownAfterMs(page, '100,000 of 100,000 rows');
    await page.locator('.chart canvas').waitFor();
    const [plotMs = 0] = await mainThreadTasks(browser, page, async () => {
      for (const metric of ['average', 'calls', 'average']) {
        await page.getByRole('combobox', { name: 'Plot' }).selectOption(metric);
        await page.getByRole('slider', { name: `${metric} over time` }).waitFor();
      }
    });
    let frames: readonly number[] = [];
    const tasks = await mainThreadTasks(browser, page, async () => {
      frames = await scrolledFrames(page);
    });
    const [frameMs = 0] = tasks;
    const late = frames.filter((ms) => ms > 50).length;
    console.log(
      `${rows} rows: opened in ${openMs.toFixed(0)} ms; plot ${plotMs.toFixed(0)} ms of processor time; ` +
        `${frames.length} frames scrolled, longest task ${frameMs.toFixed(1)} ms of processor time, ` +
        `longest frame ${Math.max(...frames).toFixed(0)} ms, ${late} above 50 ms`,
    );
    expect(openMs).toBeLessThan(maxOpenMs);
    expect(plotMs).toBeLessThan(maxPlotMs);
    expect(tasks.length).toBeGreaterThan(frames.length);
    expect(frameMs).toBeLessThan(maxFrameMs);
    // The document has the visible rows only.
    expect(await page.locator('.grid-body [role=row]').count()).toBeLessThan(80);
    expect(await page.locator('[aria-rowindex="100001"]').count()).toBe(1);
    expect(opened.faults).toEqual([]);
    await opened.close();
  });

  /** Returns the median time from the request for the page to the frame that shows the text. */
  async function shownAfterMs(page: Page, text: string): Promise<number> {
    // Playwright would see it later, when the plot is drawn too.
    await page.addInitScript(`new MutationObserver((_changes, observer) => {
      if (!document.body?.textContent.includes(${JSON.stringify(text)})) return;
      observer.disconnect();
      requestAnimationFrame(() => { window.shownMs = performance.now(); });
    }).observe(document, { subtree: true, childList: true, characterData: true })`);
    const times: number[] = [];
    while (times.length < 5) {
      await page.reload();
      await expect.poll(() => page.evaluate<number>('window.shownMs ?? 0')).toBeGreaterThan(0);
      times.push(await page.evaluate<number>('window.shownMs'));
    }
    return times.toSorted((one, other) => one - other)[2] ?? Number.NaN;
  }

  test('is sorted and searched whole', async () => {
    const opened = await signedIn(`/env/prod/queries/${id}?sort=average%3Adesc`);
    const { page } = opened;
    await expect.poll(() => page.locator('[aria-rowindex="2"] [aria-colindex="2"]').textContent()).toBe('50');
    await page.getByLabel('Find in the rows').fill('2026-03-02 20:33:20');
    await page.getByText('1 row', { exact: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.cell[data-cursor] mark').waitFor();
    expect(await page.locator('.cell[data-cursor]').textContent()).toBe('2026-03-02 20:33:20 UTC');
    await opened.close();
  });

  test('is read by pages if it is larger, and whole when it is sorted', async () => {
    const opened = await signedIn(`/env/prod/queries/${largeId}`);
    const { page } = opened;
    await page.getByText('1,000 of 160,000 rows').waitFor();
    await page.getByText('The plot shows the rows that were read so far.').waitFor();
    await page.getByRole('grid').press('Control+End');
    await page.getByText('11,000 of 160,000 rows').waitFor();
    await page.getByRole('columnheader', { name: 'calls' }).getByRole('button').click();
    await page.getByText('160,000 of 160,000 rows').waitFor();
    await page.getByRole('grid').press('Control+Home');
    await expect.poll(() => page.locator('[aria-rowindex="2"] [aria-colindex="1"]').textContent()).toBe('97');
    expect(await page.getByText('The plot shows the rows that were read so far.').count()).toBe(0);
    expect(opened.faults).toEqual([]);
    await opened.close();
  });
});

/** Scrolls through the table as a wheel does, and returns the milliseconds between frames. */
function scrolledFrames(page: Page): Promise<number[]> {
  return page.evaluate<number[]>(`new Promise((resolve) => {
    const scroller = document.querySelector('.grid-scroller');
    const frames = [];
    let last = performance.now();
    const step = (now) => {
      frames.push(now - last);
      last = now;
      if (frames.length < 400) scroller.scrollTop += 100;
      else if (frames.length < 500) scroller.scrollTop += scroller.scrollHeight / 100;
      else if (frames.length >= 520) return resolve(frames.slice(1));
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  })`);
}
