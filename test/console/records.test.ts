import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sharedSystem, type TestSystem } from '@hourglass/testing';
import {
  accessibilityFaults,
  isChromiumMissing,
  openPage,
  overflows,
  startBrowser,
  takePicture,
  type WatchedPage,
} from './browser.ts';
import { signIn } from './sign-in.ts';

const hostile = `<img src=x onerror="throw new Error('ran')">{{t}}`;
const narrow = { width: 360, height: 640 };

describe.skipIf(isChromiumMissing)('the pages of records in Chromium', () => {
  let system: TestSystem;
  let browser: Browser;
  beforeAll(async () => {
    [system, browser] = await Promise.all([sharedSystem('api'), startBrowser()]);
    await storeOrders();
  });
  afterAll(async () => {
    await browser.close();
    await system.stop();
  });

  async function store(set: string, records: readonly object[]): Promise<void> {
    const body = records.map((record) => JSON.stringify(record)).join('\n');
    const response = await system.client.request(`/facts/${set}`, { method: 'POST', body });
    expect([response.status, await response.text()]).toEqual([201, expect.any(String)]);
  }

  /** 60 orders, one a day: more than a page. */
  async function storeOrders(): Promise<void> {
    await store('orders.products', [
      {
        id: 1,
        name: '人脸识别算法包',
        series_name: 'IPC系列',
        period_time: 30,
        period_unit: 1,
        price: 10_000,
      },
      { id: 2, name: hostile, period_time: 0, period_unit: 0, price: 5 },
    ]);
    const numbers = Array.from({ length: 60 }, (_, index) => index + 1);
    await store(
      'orders.orders',
      numbers.map((number) => {
        const time = new Date(Date.UTC(2026, 0, number, 12)).toISOString();
        return {
          ...{ no: `ORD-${number}`, product_id: number % 3, count: 5, total_price: 50_000 + number },
          ...{ buy_user_id: 1001, buy_accesskey_id: '8d9EsDAD2115Q5PM8tuP6g1IdAglkayp' },
          ...{ create_time: time, update_time: time, remark: number === 60 ? hostile : null },
        };
      }),
    );
    await store('orders.grants', [
      { id: 'g1', no: 'ORD-60', count: 2, granted_at: '2026-03-10T00:00:00Z' },
      { id: 'g2', no: 'ORD-59', count: 5, granted_at: '2026-03-10T00:00:00Z' },
      { id: 'g3', no: 'ORD-58', count: 7, granted_at: '2026-03-10T00:00:00Z' },
    ]);
    await store('orders.returns', [
      { id: 'r1', no: 'ORD-60', count: 1, returned_at: '2026-03-11T00:00:00Z' },
    ]);
  }

  async function withPage(
    path: string,
    options: Parameters<typeof openPage>[2],
    run: (opened: WatchedPage) => Promise<void>,
  ): Promise<void> {
    const opened = await openPage(browser, system.url, options);
    try {
      await signIn(opened.page, system, path);
      await run(opened);
      expect(opened.faults).toEqual([]);
    } finally {
      await opened.close();
    }
  }

  test('orders are listed by pages with their states, and found by conditions that the URL keeps', async () => {
    await withPage('/env/prod/queries', {}, async ({ page }) => {
      await page.getByRole('link', { name: 'Orders' }).click();
      await page.getByText('1–50 of 60').waitFor();
      const stateOf = (no: string) => page.getByRole('row', { name: no }).locator('.state').innerText();
      expect(await stateOf('ORD-60')).toBe('Open\n2 left');
      expect(await stateOf('ORD-59')).toBe('Nothing left');
      expect(await stateOf('ORD-58')).toBe('Exceeded\n2 more than ordered');
      await page.getByRole('button', { name: 'Next page' }).click();
      await page.getByText('51–60 of 60').waitFor();
      await page.reload();
      await page.getByText('51–60 of 60').waitFor();
      await page.getByLabel('Only orders that can still be granted').check();
      await page.getByText('1–50 of 58').waitFor();
      await page.getByRole('button', { name: 'Add a condition' }).click();
      await page.getByLabel('Field').fill('price');
      await page.getByRole('option', { name: /^.*total_price/ }).click();
      await page.getByLabel('Operator').selectOption('is more than');
      await page.getByLabel('Value', { exact: true }).fill('50055');
      await page.getByRole('button', { name: 'Apply' }).click();
      await page.getByText('1–3 of 3').waitFor();
      expect(new URL(page.url()).searchParams.get('filter')).toBe('total_price gt 50055');
      await page.goto('/env/prod/orders?filter=no+eq+%27nothing%27');
      await page.getByRole('heading', { name: 'No order matches these conditions' }).waitFor();
      await page.goto('/env/prod/orders?page=9');
      await page.getByRole('button', { name: 'Show the first page' }).click();
      await page.getByText('1–50 of 60').waitFor();
    });
  });

  test('an environment without records says how they are imported', async () => {
    await withPage('/env/test/orders', {}, async ({ page }) => {
      await page.getByRole('heading', { name: 'No orders yet' }).waitFor();
      const command = `hourglass import --org ${system.organization} --env test --dataset orders.orders --format ndjson orders.ndjson`;
      await page.getByText(command).waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
      await takePicture(page, 'no orders');
    });
  });

  test.each([
    ['light, 1280 px', {}],
    ['dark, 1280 px', { colorScheme: 'dark' as const }],
    ['Polish, 360 px', { locale: 'pl', viewport: narrow }],
    ['Chinese, 360 px, dark', { locale: 'zh-CN', viewport: narrow, colorScheme: 'dark' as const }],
  ])('are accessible and fit the window: %s', async (name, options) => {
    await withPage('/env/prod/orders?filter=count+ge+1', options, async ({ page }) => {
      await page.locator('table').waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
      expect(await overflows(page)).toEqual([]);
      await takePicture(page, `orders ${name}`);
    });
  });
});
