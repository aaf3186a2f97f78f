import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readArchive, sharedSystem, type TestSystem } from '@hourglass/testing';
import {
  accessibilityFaults,
  isChromiumMissing,
  openPage,
  overflows,
  startBrowser,
  takePicture,
  typeCondition,
  type WatchedPage,
} from './browser.ts';
import { signIn } from './sign-in.ts';

const hourMs = 3_600_000;
const hostile = `<img src=x onerror="throw new Error('ran')">`;

describe.skipIf(isChromiumMissing)('a report in Chromium', () => {
  let system: TestSystem;
  let browser: Browser;
  beforeAll(async () => {
    [system, browser] = await Promise.all([sharedSystem('worker'), startBrowser()]);
    const nowMs = Date.now();
    const facts = Array.from({ length: 200 }, (_, index) => ({
      timestamp: nowMs - (index % 20) * hourMs,
      apiproxy: ['shop', 'weather', hostile][index % 3],
      response_status_code: index % 5 === 0 ? 503 : 200,
      total_response_time: 20 + index,
    }));
    await system.client.sendFacts(facts);
  });
  afterAll(async () => {
    await browser.close();
    await system.stop();
  });

  async function withPage(
    options: Parameters<typeof openPage>[2],
    run: (opened: WatchedPage) => Promise<void>,
  ): Promise<void> {
    const opened = await openPage(browser, system.url, options);
    try {
      await signIn(opened.page, system);
      await run(opened);
      expect(opened.faults).toEqual([]);
    } finally {
      await opened.close();
    }
  }

  /** The body that the page shows. */
  const bodyOf = async (page: Page) =>
    JSON.parse((await page.getByRole('region', { name: 'JSON' }).textContent()) ?? '') as Record<
      string,
      unknown
    >;

  test('is built from the fields that exist, checked, estimated, run, looked at and downloaded', async () => {
    await withPage({}, async ({ page }) => {
      await page.getByRole('link', { name: 'New report' }).first().click();
      await page.getByRole('heading', { name: 'New report' }).waitFor();
      // A dimension by words of its description, with the keyboard.
      const search = page.getByRole('combobox', { name: 'Dimensions' });
      await search.fill('HTTP status client');
      await page.getByRole('option', { name: /response_status_code/ }).click();
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Add a metric' }).click();
      await page.getByLabel('Metric 2').selectOption('total_response_time');
      await page.getByLabel('Function 2').selectOption('percentile');
      await page.getByRole('radio', { name: 'Filter text' }).check();
      const filter = page.getByRole('textbox', { name: 'Filter text' });
      await typeCondition(page, 'Filter text', "apiproxi eq 'shop'");
      await page.getByText(/position 1: found "apiproxi"/).waitFor();
      expect(await filter.getAttribute('aria-invalid')).toBe('true');
      await takePicture(page, 'report with a fault');
      await typeCondition(page, 'Filter text', 'response_status_code ge 500');
      // A fifth of 200 facts.
      await page.locator('.figures dd').first().getByText('40', { exact: true }).waitFor();
      expect(await bodyOf(page)).toEqual({
        metrics: [
          { name: 'message_count', function: 'sum' },
          { name: 'total_response_time', function: 'percentile', percentile: 95 },
        ],
        dimensions: ['apiproxy', 'response_status_code'],
        timeRange: 'last24hours',
        groupByTimeUnit: 'hour',
        filter: 'response_status_code ge 500',
      });
      expect(await accessibilityFaults(page)).toEqual([]);
      await takePicture(page, 'report');
      // The URL is the report.
      await page.reload();
      await page.getByText('Facts read').waitFor();
      await page.getByText('response_status_code is at least 500').waitFor();
      await page.getByRole('button', { name: 'Submit the report' }).click();
      await page.getByText('Completed').waitFor();
      await page.getByRole('grid', { name: 'Rows of the result' }).waitFor();
      await page.locator('.chart canvas').waitFor();
      await page.getByRole('gridcell', { name: hostile, exact: true }).first().waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
      await takePicture(page, 'result of hours');
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: 'Archive (ZIP)' }).click(),
      ]);
      const parts = await readArchive(await readFile(await download.path()));
      const rows = Number(
        /of (\d+) rows/.exec((await page.locator('.result .row-count').textContent()) ?? '')?.[1],
      );
      expect(
        parts
          .map(({ text }) => text)
          .join('')
          .trim()
          .split('\n'),
      ).toHaveLength(rows);
    });
  });

  test('without time is shown as bars, and one row as a table', async () => {
    await withPage({ colorScheme: 'dark' }, async ({ page }) => {
      const report = {
        metrics: [{ name: 'message_count', function: 'sum' }],
        dimensions: ['apiproxy'],
        timeRange: 'last24hours',
      };
      await page.goto(`/env/prod/reports/new?report=${encodeURIComponent(JSON.stringify(report))}`);
      await page.getByRole('button', { name: 'Submit the report' }).click();
      await page.locator('.bars li').first().waitFor();
      expect(await page.locator('.bars li').count()).toBe(3);
      expect(await accessibilityFaults(page)).toEqual([]);
      await takePicture(page, 'result of proxies, dark');
    });
  });

  test('is filled by a pasted body, keeps members without a field, and shows faults of these', async () => {
    await withPage({}, async ({ page }) => {
      await page.goto('/env/prod/reports/new');
      await page.getByText('Paste a body').click();
      const pasted = page.getByLabel('Body of a query as JSON');
      await pasted.fill('{"timeRange":');
      await page.getByRole('button', { name: 'Fill the form' }).click();
      await page.getByText(/JSON at position|end of JSON/).waitFor();
      const body = { dimensions: ['apiproxy'], timeRange: 'yesterday', having: 'nothing gt 1', limit: 7 };
      await pasted.fill(JSON.stringify(body));
      await page.getByRole('button', { name: 'Fill the form' }).click();
      expect(await page.getByLabel('Time range').inputValue()).toBe('yesterday');
      expect(await page.getByLabel('Maximum number of rows').inputValue()).toBe('7');
      expect(await bodyOf(page)).toEqual(body);
      await page.getByText(/^position 1: found "nothing"/).waitFor();
      await page.getByRole('tab', { name: 'curl' }).click();
      await page.getByText(/curl -H "Authorization: Bearer \$TOKEN"/).waitFor();
    });
  });

  test.each([
    ['Polish', { locale: 'pl', viewport: { width: 320, height: 640 } }],
    [
      'Chinese, dark',
      { locale: 'zh-CN', colorScheme: 'dark' as const, viewport: { width: 320, height: 640 } },
    ],
  ])('is built and read in a window of 320 px: %s', async (name, options) => {
    await withPage(options, async ({ page }) => {
      await page.goto('/env/prod/reports/new');
      await page.locator('.figures').waitFor();
      expect(await overflows(page)).toEqual([]);
      expect(await accessibilityFaults(page)).toEqual([]);
      await takePicture(page, `report ${name}`);
      await page.locator('.builder aside > .card > .button.primary').click();
      await page.locator('.grid').waitFor();
      expect(await overflows(page)).toEqual([]);
      expect(await accessibilityFaults(page)).toEqual([]);
      await takePicture(page, `result ${name}`);
    });
  });
});
