import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sharedSystem, type TestSystem } from '@hourglass/testing';
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

const hostile = `<img src=x onerror="throw new Error('ran')">`;

describe.skipIf(isChromiumMissing)('the form of a report in Chromium', () => {
  let system: TestSystem;
  let browser: Browser;
  beforeAll(async () => {
    [system, browser] = await Promise.all([sharedSystem('api'), startBrowser()]);
  });
  afterAll(async () => {
    await browser.close();
    await system.stop();
  });

  async function withForm(
    options: Parameters<typeof openPage>[2],
    run: (opened: WatchedPage) => Promise<void>,
    search = '',
  ): Promise<void> {
    const opened = await openPage(browser, system.url, options);
    try {
      await opened.page.goto(`/env/prod/reports/new${search}`);
      await opened.page.locator('input[type=email]').fill(system.email);
      await opened.page.locator('input[type=password]').fill(system.password);
      await opened.page.keyboard.press('Enter');
      await opened.page.locator('.builder').waitFor();
      await run(opened);
      expect(opened.faults).toEqual([]);
    } finally {
      await opened.close();
    }
  }

  const bodyOf = async (page: Page) =>
    JSON.parse((await page.getByRole('region', { name: 'JSON' }).textContent()) ?? '') as Record<
      string,
      unknown
    >;

  test('begins with templates, each of which the API accepts as it is', async () => {
    await withForm({}, async ({ page }) => {
      const buttons = page.locator('.template');
      await takePicture(page, 'templates');
      expect(await buttons.count()).toBe(9);
      const bodies = new Set<string>();
      for (const index of Array.from({ length: 9 }).keys()) {
        const gallery = page.locator('.templates');
        if ((await gallery.getAttribute('open')) === null) await gallery.locator('summary').click();
        const [answer] = await Promise.all([
          page.waitForResponse((response) => response.url().includes('dryRun=true')),
          buttons.nth(index).click(),
        ]);
        expect(answer.status()).toBe(200);
        bodies.add(JSON.stringify(await bodyOf(page)));
      }
      expect(bodies.size).toBe(9);
    });
  });

  test('filters by conditions, which it writes in the filter language and reads from it', async () => {
    await withForm({}, async ({ page }) => {
      await page.getByRole('button', { name: 'Add a condition' }).click();
      const condition = page.getByRole('group', { name: 'Condition' });
      await condition.getByRole('combobox', { name: 'Field' }).fill('status client received');
      await page.getByRole('option', { name: /^response_status_code/ }).click();
      await condition.getByLabel('Operator').selectOption('is at least');
      await condition.getByLabel('Value').fill('５００');
      expect(await accessibilityFaults(page)).toEqual([]);
      await takePicture(page, 'condition');
      await page.keyboard.press('Enter');
      await page.getByText('response_status_code is at least 500').waitFor();
      expect(await bodyOf(page)).toMatchObject({ filter: 'response_status_code ge 500' });
      await page.keyboard.press('Enter');
      await condition.getByRole('combobox', { name: 'Field' }).fill('apiproxy');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await condition.getByLabel('Operator').selectOption('is one of');
      await condition.getByLabel('Values').fill(`it's\n${hostile}`);
      await condition.getByRole('button', { name: 'Apply' }).click();
      const filter = `response_status_code ge 500 and apiproxy in 'it''s','${hostile.replaceAll("'", "''")}'`;
      expect(await bodyOf(page)).toMatchObject({ filter });
      await takePicture(page, 'conditions');
      await page.getByRole('button', { name: /^Remove the condition response_status_code/ }).click();
      await page.getByRole('button', { name: /^Change the condition apiproxy/ }).click();
      await condition.getByLabel('Values').fill('shop');
      await condition.getByRole('button', { name: 'Apply' }).click();
      expect(await bodyOf(page)).toMatchObject({ filter: "apiproxy in 'shop'" });
    });
  });

  test('highlights, completes and checks the filter as a text', async () => {
    await withForm({}, async ({ page }) => {
      await page.getByRole('radio', { name: 'Filter text' }).check();
      const text = page.getByRole('textbox', { name: 'Filter text' });
      await text.click();
      await page.keyboard.type('response_st');
      await page.getByRole('option', { name: 'response_status_code' }).waitFor();
      await takePicture(page, 'completion');
      expect(await accessibilityFaults(page)).toEqual([]);
      // CodeMirror ignores keys in the first moments of a list, lest a person accepts what they have not seen.
      await expect
        .poll(async () => {
          await page.keyboard.press('Enter');
          return text.textContent();
        })
        .toBe('response_status_code');
      await page.keyboard.type(` ge 500 or (apiproxy eq 'it''s' and apiproxi eq 'x')?`);
      await page.getByText(/^position 57: found "apiproxi"/).waitFor();
      expect(await page.locator('.fault').allTextContents()).toEqual(['apiproxi']);
      expect(await page.locator('.token-keyword').first().textContent()).toBe('ge');
      expect(await text.getAttribute('aria-invalid')).toBe('true');
      await takePicture(page, 'filter with a fault');
      // A filter with "or" is no list of conditions.
      expect(await page.getByRole('radio', { name: 'Conditions' }).isDisabled()).toBe(true);
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement.className')).not.toContain('condition-editor');
    });
  });

  test('waits for the end of a composition before it reads a filter or a number', async () => {
    await withForm({}, async ({ page }) => {
      await page.getByRole('radio', { name: 'Filter text' }).check();
      await page.getByRole('textbox', { name: 'Filter text' }).click();
      const input = await page.context().newCDPSession(page);
      await input.send('Input.imeSetComposition', { text: 'apip', selectionStart: 4, selectionEnd: 4 });
      expect(await bodyOf(page)).not.toHaveProperty('filter');
      await input.send('Input.insertText', { text: 'apiproxy' });
      await expect.poll(() => bodyOf(page)).toMatchObject({ filter: 'apiproxy' });
      await page.getByLabel('Maximum number of rows').click();
      await input.send('Input.imeSetComposition', { text: '１', selectionStart: 1, selectionEnd: 1 });
      expect(await bodyOf(page)).not.toHaveProperty('limit');
      await input.send('Input.insertText', { text: '１２' });
      await expect.poll(() => bodyOf(page)).toMatchObject({ limit: 12 });
    });
  });

  test('has the words for rows, and finds a time zone by a part of its name', async () => {
    await withForm({}, async ({ page }) => {
      await page.getByText('More about rows').click();
      await page.getByLabel('Compare with').selectOption('The period before');
      await page.getByLabel('Rows for times without facts').check();
      await typeCondition(page, 'Only rows where', 'sum_message_count gt 5');
      await page.getByLabel('Shown as 1').selectOption('share of the whole');
      await page.getByText(/^position 1: found "sum_message_count"/).waitFor();
      const zone = page.getByRole('combobox', { name: 'Time zone' });
      await zone.fill('new york');
      await page.getByRole('option', { name: 'America/New_York' }).click();
      // The mark of the fault is replaced with its text, and leaves no style behind.
      await typeCondition(page, 'Only rows where', 'sum_message_count_share gt 0.5');
      await page.locator('.figures').waitFor();
      expect(await bodyOf(page)).toMatchObject({
        metrics: [{ name: 'message_count', function: 'sum', as: 'share' }],
        having: 'sum_message_count_share gt 0.5',
        compareTo: 'previousPeriod',
        fillGaps: true,
        timeZone: 'America/New_York',
      });
      expect(await accessibilityFaults(page)).toEqual([]);
      await takePicture(page, 'words for rows');
    });
  });

  test.each([
    ['Polish, dark', { locale: 'pl', colorScheme: 'dark' as const }],
    ['Chinese', { locale: 'zh-CN' }],
  ])('fits 320 px: %s', async (name, options) => {
    const report = {
      dimensions: ['apiproxy'],
      timeRange: 'today',
      filter: `apiproxy eq '${'long'.repeat(30)}'`,
    };
    await withForm(
      { ...options, viewport: { width: 320, height: 640 } },
      async ({ page }) => {
        await page.locator('.templates summary').click();
        await page.locator('.chip-edit').first().click();
        expect(await overflows(page)).toEqual([]);
        expect(await accessibilityFaults(page)).toEqual([]);
        await takePicture(page, `builder ${name}`);
      },
      `?report=${encodeURIComponent(JSON.stringify(report))}`,
    );
  });
});
