import { readFile } from 'node:fs/promises';
import type { Browser, Download, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  archiveMembers,
  connectDatabase,
  eventually,
  readArchive,
  sharedSystem,
  type TestSystem,
} from '@hourglass/testing';
import {
  accessibilityFaults,
  isChromiumMissing,
  openPage,
  overflows,
  startBrowser,
  takePicture,
  type WatchedPage,
} from './browser.ts';

const hostile = `<img src=x onerror="throw new Error('ran')">{{t}}`;
const longName = `a-very-${'long-'.repeat(20)}name`;
const proxies = ['shop', 'weather', hostile, longName, '=1+1'];
/** Ten days of facts, so that every weekday has values. */
const days = 10;
const startMs = Date.UTC(2026, 2, 2);
const endMs = startMs + days * 86_400_000;
const timeRange = { start: new Date(startMs).toISOString(), end: new Date(endMs).toISOString() };
const calls = { name: 'message_count', function: 'sum', alias: 'calls' };
const average = { name: 'total_response_time', function: 'avg', alias: 'average' };
const byHour = {
  ...{ name: `Hours of ${hostile}`, metrics: [calls, average], dimensions: ['apiproxy'] },
  ...{ groupByTimeUnit: 'hour', timeRange },
};

describe.skipIf(isChromiumMissing)('the page of a result', () => {
  let system: TestSystem;
  let browser: Browser;
  const ids: Record<string, string> = {};
  beforeAll(async () => {
    [system, browser] = await Promise.all([sharedSystem('worker'), startBrowser()]);
    await system.client.sendFacts(factsOf());
    const reports = {
      byHour,
      week: { metrics: [calls], groupByTimeUnit: 'hour', timeRange },
      bars: { metrics: [calls, average], dimensions: ['apiproxy'], timeRange, outputFormat: 'xlsx' },
      figures: {
        metrics: [calls, average],
        timeRange: { start: new Date(startMs + 5 * 86_400_000).toISOString(), end: timeRange.end },
        compareTo: 'previousPeriod',
      },
      empty: { metrics: [calls], dimensions: ['apiproxy'], timeRange, filter: "apiproxy eq 'none'" },
    };
    for (const [name, report] of Object.entries(reports)) {
      ids[name] = await system.client.submit(report);
      expect((await system.client.ended(ids[name])).state).toBe('completed');
    }
  });
  afterAll(async () => {
    await browser.close();
    await system.stop();
  });

  async function withResult(
    report: string,
    options: Parameters<typeof openPage>[2],
    run: (opened: WatchedPage) => Promise<void>,
    search = '',
  ): Promise<void> {
    const opened = await openPage(browser, system.url, options);
    try {
      await opened.page.goto(`/env/prod/queries/${ids[report]}${search}`);
      await opened.page.locator('input[type=email]').fill(system.email);
      await opened.page.locator('input[type=password]').fill(system.password);
      await opened.page.keyboard.press('Enter');
      await opened.page.locator('.status').waitFor();
      await run(opened);
      expect(opened.faults).toEqual([]);
    } finally {
      await opened.close();
    }
  }

  const grid = (page: Page) => page.getByRole('grid', { name: 'Rows of the result' });
  /** The texts of the first rows, as they are shown. */
  const firstRows = (page: Page, count: number) =>
    page.evaluate<string[][]>(`[...document.querySelectorAll('.grid-body [role=row]')]
      .sort((one, other) => one.ariaRowIndex - other.ariaRowIndex).slice(0, ${count})
      .map((row) => [...row.children].map((cell) => cell.textContent))`);
  const copied = (page: Page) =>
    page.evaluate<string>(`new Promise((resolve) => {
      document.addEventListener('copy', (event) => resolve(event.clipboardData.getData('text/plain')), { once: true });
      document.execCommand('copy');
    })`);

  test('sorts, finds and copies rows by keyboard, with the sorting in the URL', async () => {
    await withResult('byHour', {}, async ({ page }) => {
      await grid(page).waitFor();
      await page.getByText('1,200 of 1,200 rows').waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
      await takePicture(page, 'result');
      await page.getByRole('button', { name: 'calls' }).click();
      await page
        .getByRole('columnheader', { name: /calls/ })
        .and(page.locator('[aria-sort=descending]'))
        .waitFor();
      expect(new URL(page.url()).searchParams.get('sort')).toBe('calls:desc');
      const largest = (await firstRows(page, 2)).map(([shown]) => Number(shown));
      expect(largest).toEqual([24, 24]);
      await page.locator('body').press('/');
      await page.keyboard.type('WEATHER');
      await page.getByText('240 rows').waitFor();
      await page.keyboard.press('Enter');
      await page.getByText('1 of 240', { exact: true }).waitFor();
      await page.keyboard.press('Shift+Enter');
      await page.getByText('240 of 240', { exact: true }).waitFor();
      expect(await page.locator('.cell[data-cursor] mark').textContent()).toBe('weather');
      await takePicture(page, 'result found');
      await grid(page).press('Control+Home');
      await grid(page).press('Shift+ArrowDown');
      await grid(page).press('Shift+ArrowRight');
      expect(await copied(page)).toMatch(/^24\t\d+\.?\d*\n24\t\d+\.?\d*$/);
      await grid(page).press('Shift+Space');
      expect((await copied(page)).split('\n').map((line) => line.split('\t').length)).toEqual([4, 4]);
      await grid(page).press('Control+a');
      expect((await copied(page)).split('\n')).toHaveLength(1200);
      await page.getByText('4,800 cells copied.').or(page.getByText('4800 cells copied.')).waitFor();
    });
  });

  test('draws lines and areas, hides series, zooms by pointer, sliders and keyboard, and keeps all in the URL', async () => {
    await withResult('byHour', {}, async ({ page }) => {
      const chart = page.getByRole('slider', { name: 'calls over time' });
      await page.locator('.chart canvas').waitFor();
      const parameters = () => new URL(page.url()).searchParams;
      await page.getByRole('button', { name: 'Areas' }).click();
      expect(parameters().get('plot')).toBe('areas');
      await page.getByRole('button', { name: 'shop', exact: true }).click();
      expect(parameters().get('hide')).toBe('shop');
      await chart.focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      await expect
        .poll(() => chart.getAttribute('aria-valuetext'))
        .toMatch(/^Mar 2, 2026, 1:00\sAM: .*weather \d/);
      expect(await chart.getAttribute('aria-valuetext')).not.toContain('shop');
      await takePicture(page, 'result areas');
      const box = await page.locator('.chart .u-over').boundingBox();
      if (box === null) throw new Error('no plot');
      await page.mouse.move(box.x + box.width * 0.25, box.y + 50);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.5, box.y + 60, { steps: 4 });
      await page.mouse.up();
      await expect.poll(() => parameters().has('from')).toBe(true);
      const from = Number(parameters().get('from'));
      expect(Math.abs(from - (startMs / 1000 + 0.25 * days * 86_400))).toBeLessThan(3 * 3600);
      const start = page.getByRole('slider', { name: 'Start of the section' });
      await start.press('ArrowLeft');
      await expect.poll(() => Number(parameters().get('from'))).toBe(from - 3600);
      await page.reload();
      await expect.poll(() => start.getAttribute('aria-valuetext')).toMatch(/^Mar 4, 2026/);
      await takePicture(page, 'result zoomed');
      expect(await accessibilityFaults(page)).toEqual([]);
      for (const series of ['weather', '=1+1', hostile, longName])
        await page.getByRole('button', { name: series, exact: true }).click();
      expect(parameters().getAll('hide')).toHaveLength(proxies.length);
      await expect.poll(() => chart.getAttribute('aria-valuetext')).toMatch(/AM: $/);
      await page.getByRole('button', { name: 'weather', exact: true }).click();
      await page.getByRole('button', { name: 'Show all' }).click();
      await expect.poll(() => parameters().has('from')).toBe(false);
    });
  });

  test('shows a week of hours as a table of colours, bars, and numbers with their changes', async () => {
    await withResult(
      'week',
      { colorScheme: 'dark' },
      async ({ page }) => {
        const cells = page.locator('.heat tbody td');
        await cells.first().waitFor();
        expect(await cells.count()).toBe(7 * 24);
        expect(await accessibilityFaults(page)).toEqual([]);
        await takePicture(page, 'result week, dark');
      },
      '?plot=heat',
    );
    await withResult('bars', {}, async ({ page }) => {
      await page.locator('.bars li').first().waitFor();
      expect(await page.locator('.bars li').count()).toBe(proxies.length);
      expect(await accessibilityFaults(page)).toEqual([]);
      await takePicture(page, 'result bars');
    });
    await withResult('figures', {}, async ({ page }) => {
      // 5 days of 24 hours, with 1 to 24 calls for each of 5 proxies.
      await page.locator('.big-value', { hasText: '7,500' }).waitFor();
      await page.locator('.big-figure', { hasText: '0%' }).first().waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
      await takePicture(page, 'result figures');
    });
    await withResult('empty', {}, async ({ page }) => {
      await page.getByText('The result has no rows').waitFor();
      await takePicture(page, 'result empty');
    });
  });

  test('is saved in every format, whatever the query asked for', async () => {
    await withResult('byHour', {}, async ({ page }) => {
      await grid(page).waitFor();
      const saved = async (name: string) => {
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('button', { name, exact: true }).click(),
        ]);
        return { bytes: await bytesOf(download), name: download.suggestedFilename() };
      };
      const archive = await readArchive(await system.client.archive(ids['byHour'] ?? ''));
      const ndjson = await saved('NDJSON');
      expect(ndjson.bytes.toString()).toBe(archive.map(({ text }) => text).join(''));
      expect(ndjson.name).toBe('Hours-of-img-src-x-onerror-throw-new-Error-ran-t.ndjson');
      const asCsv = await system.client.submit({ ...byHour, outputFormat: 'csv' });
      await system.client.ended(asCsv);
      const [csvPart] = await readArchive(await system.client.archive(asCsv));
      expect((await saved('CSV')).bytes.toString()).toBe(csvPart?.text);
      const sheet = await saved('XLSX');
      expect([sheet.name.endsWith('.xlsx'), sheet.bytes.subarray(0, 2).toString()]).toEqual([true, 'PK']);
      const parquet = await saved('Parquet');
      expect(parquet.bytes.subarray(0, 4).toString()).toBe('PAR1');
      const picture = await saved('Save as PNG');
      expect(picture.bytes.subarray(1, 4).toString()).toBe('PNG');
      expect(picture.bytes.length).toBeGreaterThan(20_000);
      await page.getByText('The file is in your downloads.').waitFor();
      await takePicture(page, 'result saved');
    });
    await withResult('bars', {}, async ({ page }) => {
      // The browser makes it from the rows: no other query runs.
      const queries: string[] = [];
      page.on('request', (request) => {
        if (request.method() === 'POST') queries.push(request.url());
      });
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'XLSX' }).click(),
      ]);
      const members = await archiveMembers(await system.client.archive(ids['bars'] ?? ''));
      const workbook = members.find(({ name }) => name.endsWith('.xlsx'))?.bytes ?? Buffer.alloc(0);
      expect(await contentsOf(await bytesOf(download))).toEqual(await contentsOf(workbook));
      expect(queries).toEqual([]);
    });
  });

  test('is verified in the browser, and a changed archive is not', async () => {
    await withResult('byHour', {}, async ({ page }) => {
      await page.getByRole('button', { name: 'Verify the archive' }).click();
      await page.getByText('✓ Verified in this browser').waitFor();
      await page.getByRole('row', { name: /QueryResult.*✓ verified/ }).waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
      await takePicture(page, 'result verified');
      // A request without a response is cancelled.
      await page.route('**/result', () => undefined);
      await page.getByRole('button', { name: 'Verify the archive' }).click();
      await page.getByRole('button', { name: 'Cancel', exact: true }).click();
      expect(await page.getByText('Reading the archive').count()).toBe(0);
      await page.unroute('**/result');
      const archive = await system.client.archive(ids['byHour'] ?? '');
      // A byte of the first part, behind its header.
      archive[200] = (archive[200] ?? 0) ^ 1;
      await page.route('**/result', (route) => {
        const [, start = '0', end = ''] =
          /bytes=(\d+)-(\d+)/.exec(route.request().headers()['range'] ?? '') ?? [];
        return route.request().method() === 'HEAD'
          ? route.continue()
          : route.fulfill({
              status: 206,
              body: Buffer.from(archive.subarray(Number(start), Number(end) + 1)),
            });
      });
      await page.getByRole('button', { name: 'Verify the archive' }).click();
      await page.getByRole('alert').getByText('The bytes of the archive are not those').waitFor();
      await page.getByRole('row', { name: /QueryResult.*✕ differs/ }).waitFor();
    });
  });

  test('is not verified where the browser has no cryptography, and says what to do', async () => {
    await withResult('bars', {}, async ({ page }) => {
      await page.addInitScript('Object.defineProperty(window, "isSecureContext", { value: false })');
      await page.reload();
      await page.getByText('This page was opened over plain HTTP').waitFor();
      await page.getByText('hourglass verify result.zip').waitFor();
      expect(await page.getByRole('button', { name: 'Verify the archive' }).count()).toBe(0);
    });
  });

  test('that does not exist says why and what to do, and runs again with the same report', async () => {
    const database = await connectDatabase(system.databaseUrl);
    const failing = await system.client.submit({ ...byHour, name: 'failing', limit: 3 });
    const expiring = await system.client.submit({ ...byHour, name: 'expiring', limit: 4 });
    await Promise.all([system.client.ended(failing), system.client.ended(expiring)]);
    const reason = 'the workbook has more than 128 MiB; expected a smaller report';
    await database.sql(
      `update queries set state = 'failed', failure = $2, updated_at = now() where id = $1`,
      [failing, reason],
    );
    await database.sql('update queries set expires_at = now() where id = $1', [expiring]);
    await database.end();
    await eventually('it expires', async () =>
      (await system.client.status(expiring)).state === 'expired' ? true : null,
    );
    Object.assign(ids, { failing, expiring });
    await withResult('failing', {}, async ({ page }) => {
      await page.getByText(reason).waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
      await takePicture(page, 'result failed');
      await page.getByRole('link', { name: 'Run again' }).click();
      await page.getByRole('heading', { name: 'New report' }).waitFor();
      const report = JSON.parse(new URL(page.url()).searchParams.get('report') ?? '') as object;
      expect(report).toEqual({ ...byHour, name: 'failing', limit: 3, outputFormat: 'json' });
    });
    await withResult('expiring', { locale: 'pl' }, async ({ page }) => {
      await page.getByRole('link', { name: 'Uruchom ponownie' }).waitFor();
      await takePicture(page, 'result expired, Polish');
    });
  });

  test.each([
    ['Polish', { locale: 'pl', viewport: { width: 320, height: 640 } }],
    [
      'Chinese, dark',
      { locale: 'zh-CN', colorScheme: 'dark' as const, viewport: { width: 320, height: 640 } },
    ],
  ])('fits a window of 320 px: %s', async (name, options) => {
    for (const report of ['byHour', 'bars', 'figures'])
      await withResult(report, options, async ({ page }) => {
        await page.locator('.grid').waitFor();
        if (report === 'byHour') await page.locator('.chart canvas').waitFor();
        expect(await overflows(page)).toEqual([]);
        expect(await accessibilityFaults(page)).toEqual([]);
        await takePicture(page, `result ${report} ${name}`);
      });
  });
});

/** In each hour of the day h, each proxy has h + 1 calls. */
function factsOf(): object[] {
  return Array.from({ length: days * 24 }, (_, hour) =>
    proxies.flatMap((apiproxy, index) => [
      {
        timestamp: startMs + hour * 3_600_000,
        apiproxy,
        message_count: (hour % 24) + 1,
        total_response_time: 20 + ((hour * 7 + index) % 31),
      },
    ]),
  ).flat();
}

async function bytesOf(download: Download): Promise<Buffer> {
  return readFile(await download.path());
}

/** The files in a ZIP. Their compressed forms differ by library. */
async function contentsOf(zip: Buffer): Promise<(readonly [name: string, text: string])[]> {
  return (await archiveMembers(zip)).map(({ name, bytes }) => [name, bytes.toString()]);
}
