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
import { level, sample, subscription } from '../keystone.ts';
import { signIn } from './sign-in.ts';

const hostile = `<img src=x onerror="throw new Error('ran')">{{t}}`;
const narrow = { width: 360, height: 640 };

describe.skipIf(isChromiumMissing)('the pages of records in Chromium', () => {
  let system: TestSystem;
  let browser: Browser;
  beforeAll(async () => {
    [system, browser] = await Promise.all([sharedSystem('api'), startBrowser()]);
    await Promise.all([storeOrders(), storeInstruments(), storeConsumption()]);
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

  /** Two months of use of three instruments; one more has no records in them. */
  async function storeInstruments(): Promise<void> {
    await store('instruments.instruments', [
      { id: '66835801fde83e6e7fd2fb56b466c5ea04d30c54', name: '电子显微镜', location: 'Room 2' },
      { id: 'idle', name: hostile, location: null },
    ]);
    const days = Array.from({ length: 59 }, (_, index) => index);
    const used = ['66835801fde83e6e7fd2fb56b466c5ea04d30c54', 'centrifuge', 'laser'];
    const at = (day: number) => new Date(Date.UTC(2026, 0, 1 + day, 9)).toISOString();
    await store(
      'instruments.uses',
      used.flatMap((equipment, rank) =>
        days.map((day) => ({
          ...{ id: `${equipment} ${day}`, equipment, user_id: `u${day % 4}`, started_at: at(day) },
          seconds: 1800 * (rank + 1) + 600 * (day % 7),
        })),
      ),
    );
    await store('instruments.charges', [
      { id: 'c', equipment: 'laser', charged_at: at(3), amount: '1290.5' },
    ]);
    await store('instruments.faults', [{ id: 'f', equipment: 'laser', broke_at: at(5), seconds: 5400 }]);
    await store('instruments.trainings', [
      { id: 't', equipment: 'centrifuge', trained_at: at(7), approved: true },
    ]);
  }

  /** A month of daily samples of two service levels, the second of which bursts at its end. */
  async function storeConsumption(): Promise<void> {
    await store('consumption.customers', [
      { id: '4711', name: 'Example Laboratory' },
      { id: 'other', name: hostile },
    ]);
    await store('consumption.subscriptions', [subscription('A-S000123', '4711', { account_name: hostile })]);
    await store('consumption.service_levels', [
      level('A-S000123', 'Extreme', 100),
      level('A-S000123', 'Performance', 40),
      level('A-S000123', 'Standard', 10),
    ]);
    const days = Array.from({ length: 30 }, (_, index) => index);
    await store(
      'consumption.samples',
      days.flatMap((day) => {
        const time = new Date(Date.UTC(2026, 0, 1 + day)).toISOString();
        const consumed = 30 + day / 2;
        const burst = Math.max(0, consumed - 40);
        return [
          sample('A-S000123', 'Extreme', time, [100, 50 + day, 0, 0]),
          sample('A-S000123', 'Performance', time, [40, consumed, burst, burst * 2]),
        ];
      }),
    );
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

  const months = 'first=2026-01-01&last=2026-02-28';

  test('instruments have totals, a line each, and a table, for the chosen ones and days', async () => {
    await withPage('/env/prod/queries', {}, async ({ page }) => {
      await page.getByRole('link', { name: 'Instruments' }).click();
      // The first instruments by id, in the last thirty days.
      await page.getByRole('heading', { name: 'Nothing happened in this range' }).waitFor();
      await page.goto(`/env/prod/instruments?${months}`);
      const totals = page.getByRole('region', { name: 'Totals' });
      await totals.getByText('177', { exact: true }).waitFor();
      await page.getByRole('slider', { name: 'Uses over time' }).waitFor();
      const row = page.getByRole('row', { name: /laser/ });
      expect(await row.innerText()).toMatch(/59.*Time of use.*117 hr.*Users: 4.*1,290\.5/s);
      await page.getByRole('button', { name: 'Remove laser' }).click();
      await totals.getByText('118', { exact: true }).waitFor();
      await row.waitFor({ state: 'detached' });
      await page.getByLabel('Instruments', { exact: true }).fill('lase');
      await page.getByRole('option', { name: /laser/ }).click();
      await totals.getByText('177', { exact: true }).waitFor();
      await page.keyboard.press('Escape');
      await page.locator('.plot-metric select').selectOption('Time of use');
      await page.getByLabel('By', { exact: true }).selectOption('Months');
      const chart = page.getByRole('slider', { name: 'Time of use over time' });
      await chart.focus();
      await page.keyboard.press('Home');
      // Hours of January: 31 days of 1.5, and 10 minutes for each number of the day modulo 7.
      await page.waitForFunction(
        `document.querySelector('[role=slider].chart')?.getAttribute('aria-valuetext')?.includes('laser 61 hr')`,
      );
      await page.reload();
      await chart.waitFor();
      expect(new URL(page.url()).searchParams.getAll('equipment')).toContain('laser');
    });
  });

  test('consumption has the newest samples, and committed against consumed and burst over time', async () => {
    await withPage('/env/prod/queries', {}, async ({ page, faults }) => {
      await page.getByRole('link', { name: 'Storage consumption' }).click();
      const table = page.getByRole('table', { name: 'Service levels' });
      const stateOf = (name: string) => table.getByRole('row', { name }).locator('.state').innerText();
      await table.waitFor();
      expect(await stateOf('Extreme')).toBe('Within the commitment');
      expect(await stateOf('Performance')).toBe('Burst');
      expect(await stateOf('Standard')).toBe('Unused');
      expect(await table.getByRole('row', { name: 'Performance' }).innerText()).toContain(
        '111% of the commitment',
      );
      // Without a choice the range ends with the newest sample.
      await page.getByLabel('Service level', { exact: true }).selectOption('A-S000123 · Performance');
      const chart = page.getByRole('slider', { name: 'Storage over time' });
      await chart.focus();
      await page.keyboard.press('End');
      await page.waitForFunction(
        `document.querySelector('[role=slider].chart')?.getAttribute('aria-valuetext')?.includes('Committed 40, Consumed 44.5, Burst 4.5')`,
      );
      await page.getByLabel('Service level', { exact: true }).selectOption('All service levels');
      await page.getByRole('button', { name: 'Areas' }).click();
      await page.getByRole('slider', { name: 'Consumed over time' }).waitFor();
      await takePicture(page, 'consumption of all levels');
      await page.getByLabel('Customer').fill('other');
      await page.getByRole('option', { name: /other/ }).click();
      await page.getByRole('heading', { name: 'This customer has no service level' }).waitFor();
      expect(new URL(page.url()).searchParams.get('customer')).toBe('other');
      await page.goto('/env/prod/consumption?first=2020-01-01&last=2020-02-01');
      await page.getByRole('heading', { name: 'No samples in this range' }).waitFor();
      await page.goto('/env/prod/consumption?customer=nowhere');
      await page.getByRole('alert').getByText('customer').first().waitFor();
      // The browser reports the 404.
      expect(faults.splice(0)).toEqual([expect.stringContaining('status of 404')]);
    });
  });

  test.each([
    ['orders', 'No orders yet', 'orders.orders', 'orders.ndjson'],
    ['instruments', 'No instruments yet', 'instruments.uses', 'uses.csv'],
    ['consumption', 'No customers yet', 'consumption.samples', 'samples.csv'],
  ])('without records, %s says how they are imported', async (name, heading, set, file) => {
    await withPage(`/env/test/${name}`, {}, async ({ page }) => {
      await page.getByRole('heading', { name: heading }).waitFor();
      const place = `--org ${system.organization} --env test`;
      const format = file.slice(file.indexOf('.') + 1);
      await page.getByText(`hourglass import ${place} --dataset ${set} --format ${format} ${file}`).waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
      expect(await overflows(page)).toEqual([]);
      await takePicture(page, `no ${name}`);
      await page.setViewportSize(narrow);
      expect(await overflows(page)).toEqual([]);
    });
  });

  test.each([
    ['light, 1280 px', {}],
    ['dark, 1280 px', { colorScheme: 'dark' as const }],
    ['Polish, 360 px', { locale: 'pl', viewport: narrow }],
    ['Chinese, 360 px, dark', { locale: 'zh-CN', viewport: narrow, colorScheme: 'dark' as const }],
  ])('are accessible and fit the window: %s', async (name, options) => {
    await withPage('/env/prod/orders?filter=count+ge+1', options, async ({ page }) => {
      const look = async (path: string, ready: string) => {
        await page.goto(path);
        await page.locator(ready).first().waitFor();
        expect([path, await accessibilityFaults(page)]).toEqual([path, []]);
        expect([path, await overflows(page)]).toEqual([path, []]);
        await takePicture(page, `${path.replace(/^.*\/(\w+).*$/, '$1')} ${name}`);
      };
      await look('/env/prod/orders?filter=count+ge+1', 'table');
      await look(`/env/prod/instruments?${months}`, '.chart canvas');
      await look('/env/prod/consumption?level=A-S000123+%C2%B7+Performance', '.chart canvas');
    });
  });
});
