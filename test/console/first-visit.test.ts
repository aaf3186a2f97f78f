import { readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sharedSystem, type TestSystem } from '@hourglass/testing';
import { accessLog } from './access-log.ts';
import { isChromiumMissing, openPage, startBrowser, takePicture } from './browser.ts';

/** README shows it. */
const picture = fileURLToPath(new URL('../../screenshots/first-visit.png', import.meta.url));
const hourMs = 3_600_000;
const hours = 48;
const linesAnHour = 120;

describe.skipIf(isChromiumMissing)('a first visit in Chromium', () => {
  let system: TestSystem;
  let browser: Browser;
  beforeAll(async () => {
    [system, browser] = await Promise.all([sharedSystem('worker'), startBrowser()]);
  });
  afterAll(async () => {
    await browser.close();
    await system.stop();
  });

  test('leads from the sign-in over a dropped log to a plot of errors by hour, and to a workbook of it', async () => {
    const startMs = Math.floor(Date.now() / hourMs) * hourMs - hours * hourMs;
    // Rows of an hour are a busy one's when it is day.
    const log = Array.from({ length: hours }, (_, hour) => {
      const busy = 1 + Math.round(2 * Math.sin((hour / 24) * 2 * Math.PI) ** 2);
      return accessLog(linesAnHour * busy, startMs + hour * hourMs);
    }).join('');
    const lines = log.trimEnd().split('\n');
    const errors = lines.filter((line) => line.includes('" 503 ')).length;
    const opened = await openPage(browser, system.url, { viewport: { width: 1200, height: 760 } });
    const { page } = opened;
    try {
      await page.goto('/');
      await page.getByLabel('E-mail address').fill(system.email);
      await page.getByLabel('Password').fill(system.password);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByText('No facts yet: drop an access log').waitFor();
      const dropped = await page.evaluateHandle(
        `(() => { const data = new DataTransfer();
          data.items.add(new File([${JSON.stringify(log)}], 'access.log')); return data; })()`,
      );
      // Anywhere on the page.
      await page.locator('main').dispatchEvent('drop', { dataTransfer: dropped });
      await page.getByRole('button', { name: 'Import', exact: true }).click();
      await page.getByRole('link', { name: 'Plot errors by hour' }).click();
      await page.getByRole('button', { name: 'Submit the report' }).click();
      await page.locator('.chart canvas').waitFor();
      await page.waitForLoadState('networkidle');
      await takePicture(page, 'first-visit whole');
      await page.screenshot({ path: picture });
      const [workbook] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'XLSX' }).click(),
      ]);
      expect(workbook.suggestedFilename()).toMatch(/\.xlsx$/);
      expect((await readFile(await workbook.path())).subarray(0, 2).toString()).toBe('PK');
      expect(opened.faults).toEqual([]);
    } finally {
      await opened.close();
    }
    const total = await system.client.report({
      metrics: [{ name: 'is_error', function: 'sum' }],
      timeRange: { start: new Date(startMs).toISOString(), end: new Date().toISOString() },
    });
    expect(JSON.parse(total)).toEqual({ sum_is_error: String(errors) });
    expect((await stat(picture)).size).toBeLessThan(200_000);
  });
});
