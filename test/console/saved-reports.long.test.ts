import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectDatabase, sharedSystem, type TestSystem } from '@hourglass/testing';
import {
  accessibilityFaults,
  isChromiumMissing,
  openPage,
  overflows,
  startBrowser,
  takePicture,
  type WatchedPage,
} from './browser.ts';

const hostile = `<img src=x onerror="throw new Error('ran')">{{t}} ${'long'.repeat(20)}`;

describe.skipIf(isChromiumMissing)('saved reports and schedules in Chromium', () => {
  let system: TestSystem;
  let browser: Browser;
  beforeAll(async () => {
    [system, browser] = await Promise.all([sharedSystem('worker'), startBrowser()]);
  });
  afterAll(async () => {
    await browser.close();
    await system.stop();
  });

  async function withPage(
    path: string,
    options: Parameters<typeof openPage>[2],
    run: (opened: WatchedPage) => Promise<void>,
  ): Promise<void> {
    const opened = await openPage(browser, system.url, options);
    try {
      await opened.page.goto(path);
      await opened.page.locator('input[type=email]').fill(system.email);
      await opened.page.locator('input[type=password]').fill(system.password);
      await opened.page.keyboard.press('Enter');
      await opened.page.locator('.bar').waitFor();
      await run(opened);
      expect(opened.faults).toEqual([]);
    } finally {
      await opened.close();
    }
  }

  const read = async <Body>(path: string): Promise<Body> => {
    const response = await fetch(`${system.url}/v1/organizations/${system.organization}${path}`, {
      headers: { Authorization: `Bearer ${system.token}` },
    });
    return (await response.json()) as Body;
  };

  const post = async (path: string, body: object) => {
    const response = await fetch(`${system.url}/v1/organizations/${system.organization}${path}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${system.token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(response.ok).toBe(true);
    return (await response.json()) as { readonly name: string; readonly id: string };
  };

  test('a report is saved, run, changed, scheduled, paused and deleted', async () => {
    await withPage('/env/prod/reports', {}, async ({ page }) => {
      await page.getByRole('heading', { name: 'No saved reports yet' }).waitFor();
      await takePicture(page, 'no saved reports');
      const report = { dimensions: ['apiproxy'], timeRange: 'yesterday' };
      await page.goto(`/env/prod/reports/new?report=${encodeURIComponent(JSON.stringify(report))}`);
      await page.getByLabel('Name of the saved report').fill(hostile);
      await page.getByRole('button', { name: 'Save as a new report' }).click();
      await page.getByText('Saved.').waitFor();
      await takePicture(page, 'save');
      await page.getByRole('status').getByRole('link', { name: 'Saved reports' }).click();
      await page.getByRole('heading', { name: hostile }).waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
      await takePicture(page, 'saved reports');
      // Replaces the definition, and makes no second report.
      await page.getByRole('link', { name: `Edit ${hostile}` }).click();
      await page.getByLabel('Name of the saved report').fill('Proxies');
      await page.getByRole('button', { name: 'Save changes' }).click();
      await page.getByText('Saved.').waitFor();
      const { qualifier } = await read<{ qualifier: { displayName: string; query: object }[] }>(
        '/reports?expand=true',
      );
      expect(qualifier).toMatchObject([{ displayName: 'Proxies', query: report }]);
      await page.getByRole('link', { name: 'Saved reports' }).first().click();
      await page.keyboard.press('/');
      await page.keyboard.type('nothing');
      await page.getByText('Nothing matches.').waitFor();
      await page.getByLabel('Search saved reports').fill('prox');
      await page.getByRole('button', { name: 'Run Proxies' }).click();
      await page.getByText('Completed').waitFor();
      await page.getByRole('link', { name: 'Saved reports' }).first().click();
      await page.getByRole('link', { name: 'Schedule Proxies' }).click();
      await page.getByLabel('Repeat').selectOption('Every week');
      await page.getByLabel('At', { exact: true }).fill('07:30');
      await page.getByLabel('Day', { exact: true }).selectOption('Friday');
      expect(await page.getByLabel('Cron', { exact: true }).inputValue()).toBe('30 7 * * FRI');
      await page.getByRole('combobox', { name: 'Time zone' }).fill('berlin');
      await page.getByRole('option', { name: 'Europe/Berlin' }).click();
      await page.getByLabel('Time range of each run').selectOption('Last week');
      await page.getByRole('button', { name: 'Add a target' }).click();
      await page.getByLabel('Kind').selectOption('Webhook');
      await page.getByLabel('URL', { exact: true }).fill('http://127.0.0.1:1/');
      await page.getByRole('button', { name: 'Create the schedule' }).click();
      // An address of a private network, at its field.
      await page.locator('.delivery .errors').first().waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
      await takePicture(page, 'schedule with a fault');
      await page.getByRole('button', { name: 'Remove target 1' }).click();
      await page.getByRole('button', { name: 'Create the schedule' }).click();
      await page.getByText('Every Friday at 07:30').waitFor();
      const { schedules } = await read<{ schedules: object[] }>('/environments/prod/schedules');
      expect(schedules).toMatchObject([
        {
          ...{ cron: '30 7 * * FRI', timeZone: 'Europe/Berlin', enabled: true, catchUp: 'latest' },
          overrides: { timeRange: 'lastWeek', timeZone: 'Europe/Berlin' },
        },
      ]);
      await page.getByText(/^Next: Fri.* · Fri.* · Fri/).waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
      await takePicture(page, 'schedules');
      await page.getByRole('button', { name: /^Pause/ }).click();
      await page.getByText('Paused').waitFor();
      await page.getByRole('button', { name: /^Resume/ }).click();
      await page.getByText('Active').waitFor();
      await changeSchedule(page);
      expect(await read('/environments/prod/schedules')).toMatchObject({
        schedules: [
          {
            ...{ displayName: 'Mondays', cron: '30 7 * * MON', timeZone: 'UTC', enabled: false },
            overrides: { timeRange: 'lastWeek', timeZone: 'UTC' },
            delivery: [{ kind: 's3', bucket: 'reports', accessKeyId: 'AK' }],
          },
        ],
      });
      await page.getByRole('button', { name: 'Resume Mondays' }).click();
      await page.getByRole('link', { name: 'Mondays', exact: true }).click();
      await page.getByRole('heading', { name: 'No runs yet' }).waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
      await takePicture(page, 'runs');
      await page.getByRole('link', { name: '← Schedules' }).click();
      await page.getByRole('button', { name: /^Delete/ }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
      await page.getByRole('heading', { name: 'No schedules yet' }).waitFor();
      await page.getByRole('link', { name: 'Saved reports' }).click();
      await page.getByRole('button', { name: 'Delete Proxies' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
      await page.getByRole('heading', { name: 'No saved reports yet' }).waitFor();
    });
  });

  test('a schedule keeps its targets with their secrets, and one of them while another is changed', async () => {
    const { name: report } = await post('/reports', {
      ...{ displayName: 'Kept', query: { dimensions: ['apiproxy'], timeRange: 'today' } },
    });
    const bucket = { kind: 's3', bucket: 'reports', accessKeyId: 'AK', secretAccessKey: 'kept secret' };
    const { id } = await post('/environments/prod/schedules', {
      report,
      cron: '0 6 * * *',
      delivery: [bucket, { kind: 'webhook', url: 'https://hooks.example.com/s3cret' }],
    });
    const database = await connectDatabase(system.databaseUrl);
    const sealed = () =>
      database.sql('select id, sealed from delivery_targets where schedule_id = $1 order by place', [id]);
    const before = await sealed();
    await withPage(`/env/prod/schedules/${id}/edit`, {}, async ({ page }) => {
      await page.getByText('Bucket (S3) · reports/').waitFor();
      await page.getByLabel('Name', { exact: true }).fill('Renamed');
      await page.getByRole('button', { name: 'Save changes' }).click();
      await page.getByRole('heading', { name: 'Renamed' }).waitFor();
      expect(await sealed()).toEqual(before);
      await page.getByRole('link', { name: 'Edit Renamed' }).click();
      await page.getByText('Webhook · hooks.example.com').waitFor();
      await page.getByText('URLs and secrets are not shown').waitFor();
      await takePicture(page, 'schedule with kept targets');
      await page.getByRole('button', { name: 'Change target 1' }).click();
      expect(await page.getByLabel('Bucket', { exact: true }).inputValue()).toBe('reports');
      await page.getByRole('button', { name: 'Save changes' }).click();
      await page.locator('.delivery .errors').first().waitFor();
      await takePicture(page, 'schedule target without its secret');
      expect(await sealed()).toEqual(before);
      await page.getByLabel('Secret access key').fill('another secret');
      await page.getByRole('button', { name: 'Save changes' }).click();
      await page.getByRole('heading', { name: 'Renamed' }).waitFor();
      const [bucketBefore, webhookBefore] = before;
      const [bucketNow, webhookNow] = await sealed();
      expect(bucketNow).not.toEqual(bucketBefore);
      expect(webhookNow).toEqual(webhookBefore);
    });
    await database.end();
  });

  test.each([
    ['Polish, dark', { locale: 'pl', colorScheme: 'dark' as const }],
    ['Chinese', { locale: 'zh-CN' }],
  ])('fit 320 px: %s', async (name, options) => {
    const query = { dimensions: ['apiproxy'], timeRange: 'today' };
    const { name: report } = await post('/reports', { displayName: hostile, query });
    const { id } = await post('/environments/prod/schedules', {
      ...{ report, cron: '*/7 6 * * *', displayName: hostile },
      delivery: [{ kind: 's3', bucket: 'b'.repeat(63), accessKeyId: 'AK', secretAccessKey: 'secret' }],
    });
    await withPage(
      '/env/prod/reports',
      { ...options, viewport: { width: 320, height: 640 } },
      async ({ page }) => {
        await page.locator('.saved').waitFor();
        expect(await overflows(page)).toEqual([]);
        await takePicture(page, `saved reports ${name}`);
        await page.goto('/env/prod/schedules/new');
        await page.locator('.schedule-form').waitFor();
        await page.locator('fieldset:nth-of-type(3) > button').click();
        await page.locator('.delivery select').selectOption('s3');
        expect(await overflows(page)).toEqual([]);
        expect(await accessibilityFaults(page)).toEqual([]);
        await takePicture(page, `new schedule ${name}`);
        await page.goto(`/env/prod/schedules/${id}/edit`);
        await page.locator('.delivery').waitFor();
        expect(await overflows(page)).toEqual([]);
        await takePicture(page, `change a schedule ${name}`);
      },
    );
  });
});

/** Gives the only schedule another name, day, zone and targets, and pauses it. */
async function changeSchedule(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Edit Proxies' }).click();
  await page.getByRole('heading', { name: 'Change the schedule' }).waitFor();
  await page.getByLabel('Name', { exact: true }).fill('Mondays');
  await page.getByLabel('Day', { exact: true }).selectOption('Monday');
  await page.getByRole('combobox', { name: 'Time zone' }).fill('utc');
  await page.getByRole('option', { name: 'UTC', exact: true }).click();
  await page.getByRole('button', { name: 'Add a target' }).click();
  await page.getByLabel('Kind').selectOption('Bucket (S3)');
  await page.getByLabel('Bucket', { exact: true }).fill('reports');
  await page.getByLabel('Access key id').fill('AK');
  await page.getByLabel('Secret access key').fill('a secret');
  await page.getByLabel('Paused').check();
  expect(await accessibilityFaults(page)).toEqual([]);
  await takePicture(page, 'change a schedule');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await page.getByRole('heading', { name: 'Mondays' }).waitFor();
}
