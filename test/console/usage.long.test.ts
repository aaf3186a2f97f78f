import type { Browser } from 'playwright-core';
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
import { signIn } from './sign-in.ts';

const hostile = `<img src=x onerror="throw new Error(1)">{{t}} ${'long'.repeat(12)}`;
const dayMs = 86_400_000;

describe.skipIf(isChromiumMissing)('the usage page in Chromium', () => {
  let system: TestSystem;
  let browser: Browser;
  beforeAll(async () => {
    [system, browser] = await Promise.all([sharedSystem('api'), startBrowser()]);
  });
  afterAll(async () => {
    await browser.close();
    await system.stop();
  });

  async function withPage(
    path: string,
    run: (opened: WatchedPage) => Promise<void>,
    options: Parameters<typeof openPage>[2] = {},
    user: { email: string; password: string } = system,
  ) {
    const opened = await openPage(browser, system.url, options);
    try {
      await signIn(opened.page, user, path);
      await run(opened);
      expect(opened.faults).toEqual([]);
    } finally {
      await opened.close();
    }
  }

  /** A month of batches, segments and queries, with the names that are hardest to show. */
  async function fill(): Promise<void> {
    const database = await connectDatabase(system.databaseUrl);
    const environment = `(select e.id from environments e join organizations o on o.id = e.organization_id
                           where o.name = $1 and e.name = 'prod')`;
    await database.sql(
      `insert into batches (environment_id, dataset, id, accepted, hot, created_at, created_by, body_sha256)
       select ${environment}, case when i % 3 = 0 then 'mint' else 'api' end, 'usage-' || i, 1000 + 397 * (i % 11), false,
              now() - i * interval '7 hours', case when i % 2 = 0 then $2 else $3 end, ''
         from generate_series(0, 99) i`,
      [system.organization, system.email, hostile],
    );
    await database.sql(
      `insert into segments (id, environment_id, dataset, state, object_key, bytes, sha256, facts, first_at, last_at, columns)
       select gen_random_uuid(), ${environment}, case when i % 3 = 0 then 'mint' else 'api' end, 'live', 'none',
              2000000 + 700000 * (i % 7), '', 120000 + 9000 * (i % 5), now() - (i + 1) * interval '1 day',
              now() - i * interval '1 day', '[]'
         from generate_series(0, 40) i`,
      [system.organization],
    );
    await database.sql(
      `insert into queries (id, environment_id, plan, state, submitted_by, created_at, rows_scanned, archive_key, archive_bytes)
       select gen_random_uuid(), ${environment}, '{}', (case when i % 4 = 0 then 'failed' else 'expired' end)::query_state,
              case when i % 5 = 0 then $3 else $2 end, now() - i * interval '3 hours', 1000000 + i, 'k' || i, 123456 * i
         from generate_series(1, 60) i`,
      [system.organization, system.email, hostile],
    );
    await database.end();
  }

  test('says what to do next while nothing was used', async () => {
    await withPage('/env/prod/usage', async ({ page }) => {
      await page.getByText('Nothing was accepted in this time.').waitFor();
      await page.getByText('Nothing was submitted or imported in this time.', { exact: false }).waitFor();
      await page.getByRole('meter', { name: 'Schedules', exact: true }).waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
      await takePicture(page, 'usage empty');
      await page.getByRole('link', { name: 'Import files' }).click();
      await page.getByRole('link', { name: 'Segments by day' }).click();
      await page.getByText('No facts are sealed for these days.', { exact: false }).waitFor();
      await takePicture(page, 'segments empty');
    });
  });

  test('shows limits as meters with texts, accepted facts by hour, and the use of users and tokens', async () => {
    await fill();
    await fetch(`${system.client.environmentUrl}/limits`, {
      method: 'PATCH',
      headers: { Authorization: `Bearer ${system.token}`, 'Content-Type': 'application/json' },
      body: '{"queriesPerHour":2}',
    });
    await system.client.submit({ dimensions: ['apiproxy'], timeRange: 'last60minutes' });
    await withPage('/env/prod/queries', async ({ page }) => {
      await page.getByRole('navigation').getByRole('link', { name: 'Usage' }).click();
      await page.getByRole('heading', { name: 'Usage', exact: true }).waitFor();
      const meter = page.getByRole('meter', { name: 'Submissions of the last hour' });
      await meter.waitFor();
      expect(await meter.getAttribute('aria-valuetext')).toBe('1 of 2');
      // The page follows what happens meanwhile.
      await system.client.submit({ dimensions: ['apiproxy'], timeRange: 'today' });
      await expect.poll(() => meter.getAttribute('aria-valuetext')).toBe('2 of 2');
      await page.getByText('The limit is reached.').waitFor();
      await page.getByText(/The next one is accepted at/).waitFor();
      const users = page.getByRole('table', { name: 'Use by user' });
      await users.getByRole('row', { name: new RegExp(`${system.email} prod`) }).waitFor();
      await users.getByText(hostile).waitFor();
      await page.getByRole('table', { name: 'Use by token' }).getByText(system.email).first().waitFor();
      await page.locator('.chart canvas').first().waitFor();
      await takePicture(page, 'usage');
      await page.getByRole('button', { name: 'By hour' }).click();
      await page.getByText('The last 24 hours, by hour in UTC.').waitFor();
      await page.getByRole('button', { name: '24 hours' }).click();
      expect(new URL(page.url()).search).toBe('?unit=hour&days=1');
      expect(await accessibilityFaults(page)).toEqual([]);
    });
  });

  test('shows members their environment without tokens', async () => {
    const member = { email: `usage@${system.organization}.example`, password: 'a long password 123' };
    const created = await fetch(`${system.url}/v1/organizations/${system.organization}/users`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${system.token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ ...member, role: 'member' }),
    });
    expect(created.status).toBe(201);
    await withPage(
      '/env/prod/usage',
      async ({ page }) => {
        await page.getByText('This environment, those with the most scanned facts first.').waitFor();
        await page.getByRole('table', { name: 'Use by user' }).getByText(system.email).waitFor();
        expect(await page.getByRole('table', { name: 'Use by token' }).count()).toBe(0);
      },
      {},
      member,
    );
  });

  test('shows segments by day with plot and table, and earlier days', async () => {
    await withPage('/env/prod/data/storage', async ({ page }) => {
      const table = page.getByRole('table', { name: 'Segments and bytes by day' });
      await table.getByRole('row', { name: /mint/ }).first().waitFor();
      await page.locator('.chart canvas').first().waitFor();
      await page.getByRole('button', { name: 'Facts', exact: true }).click();
      await page.getByRole('button', { name: 'Earlier days' }).click();
      await page.getByRole('button', { name: 'Newest days' }).waitFor();
      const { searchParams } = new URL(page.url());
      const daysAgo = (Date.now() - Date.parse(searchParams.get('to') ?? '')) / dayMs;
      expect([searchParams.get('metric'), Math.floor(daysAgo)]).toEqual(['facts', 29]);
      await table.waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
    });
  });

  test.each([
    ['light, 1280 px', {}],
    ['dark, 1280 px', { colorScheme: 'dark' as const }],
    ['Polish, 360 px', { locale: 'pl', viewport: { width: 360, height: 640 } }],
    [
      'Chinese, 320 px, dark',
      { locale: 'zh-CN', viewport: { width: 320, height: 640 }, colorScheme: 'dark' as const },
    ],
  ])('is accessible and fits the window: %s', async (name, options) => {
    await withPage(
      '/env/prod/usage',
      async ({ page }) => {
        for (const [picture, path] of [
          ['usage', null],
          ['segments', '/env/prod/data/storage'],
        ] as const) {
          if (path !== null) await page.goto(path);
          await page.locator('table.list').first().waitFor();
          await page.locator('.chart canvas').first().waitFor();
          expect([picture, await overflows(page)]).toEqual([picture, []]);
          expect([picture, await accessibilityFaults(page)]).toEqual([picture, []]);
          await takePicture(page, `${picture} ${name}`);
        }
      },
      options,
    );
  });
});
