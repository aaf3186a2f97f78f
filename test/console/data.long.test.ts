import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sharedSystem, type TestSystem } from '@hourglass/testing';
import { accessLog } from './access-log.ts';
import {
  accessibilityFaults,
  isChromiumMissing,
  openPage,
  overflows,
  startBrowser,
  takePicture,
  type WatchedPage,
} from './browser.ts';
import { startCutProxy } from './cut-proxy.ts';
import { signIn } from './sign-in.ts';

const startMs = Date.now() - 6 * 3_600_000;
const hostile = '<img src=x onerror="throw new Error(1)">{{t}}';
const cell = `"${hostile.replaceAll('"', '""')}"`;

describe.skipIf(isChromiumMissing)('the data page in Chromium', () => {
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
    run: (opened: WatchedPage) => Promise<void>,
    options: Parameters<typeof openPage>[2] = {},
    user: { email: string; password: string } = system,
    path = '/env/prod/data',
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

  const choose = ({ page }: WatchedPage, name: string, content: string | Buffer) =>
    page
      .locator('input[type=file]')
      .setInputFiles([{ name, mimeType: 'text/plain', buffer: Buffer.from(content) }]);
  const start = async (opened: WatchedPage, name: string, content: string | Buffer) => {
    await choose(opened, name, content);
    await opened.page.getByRole('button', { name: 'Import', exact: true }).click();
  };

  test('leads from the first page to the drop zone, imports what is dropped, once, and undoes it', async () => {
    const log = accessLog(3000, startMs);
    await withPage(
      async (opened) => {
        const { page } = opened;
        await page.getByText('No facts yet: drop an access log').waitFor();
        await takePicture(page, 'first page');
        await page.getByRole('link', { name: 'Import files' }).click();
        await page.getByText('Nothing was imported yet.', { exact: false }).waitFor();
        await takePicture(page, 'data empty');
        // As a person drops a file.
        const dropped = await page.evaluateHandle(
          `(() => { const data = new DataTransfer();
            data.items.add(new File([${JSON.stringify(log)}], 'access.log')); return data; })()`,
        );
        await page.locator('.drop-zone').dispatchEvent('drop', { dataTransfer: dropped });
        await takePicture(page, 'data choices');
        expect(await accessibilityFaults(page)).toEqual([]);
        await page.getByRole('button', { name: 'Import', exact: true }).click();
        await page.getByText('The import is complete').waitFor();
        await page.getByRole('status').getByText('3,000 facts stored').waitFor();
        const link = await page.getByRole('link', { name: 'Plot errors by hour' }).getAttribute('href');
        const hour = (ms: number) => `${new Date(ms).toISOString().slice(0, 13)}:00:00Z`;
        expect(JSON.parse(new URLSearchParams(link?.split('?')[1]).get('report') ?? '')).toMatchObject({
          timeRange: { start: hour(startMs), end: hour(startMs + 2_999_000 + 3_600_000) },
        });
        await page.getByRole('button', { name: 'Import more' }).click();
        await start(opened, 'copy of access.log', log);
        await page.getByText('3,000 facts were imported before', { exact: false }).waitFor();
        const row = page.getByRole('row', { name: /import-/ });
        expect(await row.count()).toBe(1);
        await row.getByRole('button', { name: /^Undo the batch/ }).click();
        await page.getByText('3,000 facts of the batch', { exact: false }).waitFor();
        await takePicture(page, 'data undo');
        await page.getByRole('dialog').getByRole('button', { name: 'Undo' }).click();
        await row.waitFor({ state: 'detached' });
      },
      {},
      system,
      '/env/prod/queries',
    );
  });

  test('shows bad lines by number and as text, and goes on without them', async () => {
    await withPage(async (opened) => {
      const { page } = opened;
      await start(opened, `${hostile}.log`, `${accessLog(150, startMs)}${hostile}\n${accessLog(1, startMs)}`);
      await page.getByText('The import stopped').waitFor();
      await page.getByRole('row', { name: /^151 / }).waitFor();
      await takePicture(page, 'data bad lines');
      expect(await accessibilityFaults(page)).toEqual([]);
      await page.getByRole('button', { name: 'Leave out the bad lines and go on' }).click();
      await page.getByText('1 bad line was left out.').waitFor();
      await page.getByRole('status').getByText('151 facts stored').waitFor();
    });
  });

  test('imports gzip and CSV, survives lost connections while other pages are open, and stops when told', async () => {
    const proxy = await startCutProxy(system.url);
    const opened = await openPage(browser, proxy.url);
    const { page } = opened;
    try {
      await signIn(page, system, '/env/prod/data');
      await start(opened, 'access.log.1.gz', gzipSync(accessLog(120, startMs, '/other')));
      await page.getByRole('status').getByText('120 facts stored').waitFor();
      await page.getByRole('button', { name: 'Import more' }).click();
      proxy.cutUploads(true);
      await start(opened, 'calls.csv', `timestamp,apiproxy\n${new Date(startMs).toISOString()},${cell}\n`);
      await page.getByText('The server cannot be reached. The import goes on by itself.').waitFor();
      await takePicture(page, 'data waiting');
      await page.getByRole('navigation').getByRole('link', { name: 'Queries' }).click();
      await page.getByRole('heading', { name: 'Queries', exact: true }).waitFor();
      proxy.cutUploads(false);
      await page.getByRole('navigation').getByRole('link', { name: 'Data' }).click();
      await page.getByRole('status').getByText('1 fact stored').waitFor();
      await page.getByRole('button', { name: 'Import more' }).click();
      proxy.cutUploads(true);
      await start(opened, 'access.log', accessLog(10, startMs, '/stopped'));
      await page.getByText('The server cannot be reached. The import goes on by itself.').waitFor();
      await page.getByRole('button', { name: 'Stop the import' }).click();
      await page.locator('.drop-zone').waitFor();
      expect(opened.faults.filter((fault) => !fault.includes('net::ERR_'))).toEqual([]);
    } finally {
      await opened.close();
      proxy.close();
    }
  });

  test.each([
    ['light, 1280 px', {}],
    ['dark, 1280 px', { colorScheme: 'dark' as const }],
    ['Polish, 320 px', { locale: 'pl', viewport: { width: 320, height: 640 } }],
    [
      'Chinese, 320 px, dark',
      { locale: 'zh-CN', viewport: { width: 320, height: 640 }, colorScheme: 'dark' as const },
    ],
  ])('is accessible and fits the window: %s', async (name, options) => {
    await withPage(async (opened) => {
      const { page } = opened;
      await page.locator('table.list').waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
      expect(await overflows(page)).toEqual([]);
      await takePicture(page, `data ${name}`);
      await choose(opened, `${'long-name-'.repeat(12)}.log`, accessLog(5, startMs));
      await page.locator('form.card').waitFor();
      expect(await overflows(page)).toEqual([]);
      expect(await accessibilityFaults(page)).toEqual([]);
      await takePicture(page, `data choices ${name}`);
      for (const section of ['fields', 'storage', 'settings']) {
        await page.locator(`.sections a[href$="/${section}"]`).click();
        await page.waitForLoadState('networkidle');
        expect([section, await overflows(page)]).toEqual([section, []]);
        expect([section, await accessibilityFaults(page)]).toEqual([section, []]);
        await takePicture(page, `data ${section} ${name}`);
      }
    }, options);
  });

  test('lists fields with their texts, and changes retention and limits after saying what goes', async () => {
    await withPage(async ({ page }) => {
      await page.getByRole('link', { name: 'Fields' }).click();
      await page.getByLabel('Search names and descriptions').fill('is_error returned');
      await page.getByRole('row', { name: /is_error .*Calls that returned an error/ }).waitFor();
      await page.getByText('No field matches.', { exact: false }).waitFor();
      await takePicture(page, 'data fields');
      await page.getByLabel('Dataset').selectOption('Orders');
      expect(new URL(page.url()).search).toBe('?dataset=orders');
      await page.getByRole('link', { name: 'Retention and limits' }).click();
      await page.getByText('Facts are kept indefinitely.').waitFor();
      await page.getByLabel('Days of this environment').fill('400');
      await page.getByRole('button', { name: 'Change the retention' }).click();
      await page.getByText('0 facts, about 0 bytes, leave every report', { exact: false }).waitFor();
      await page.getByRole('dialog').getByRole('button', { name: 'Change the retention' }).click();
      await page.getByText('Facts are kept for 400 days.').waitFor();
      await page.getByText('Set limits of this environment').click();
      await page.getByRole('spinbutton', { name: 'Submissions in an hour' }).fill('5');
      await page.getByRole('button', { name: 'Set the limits' }).click();
      await page.locator('dd', { hasText: /^5$/ }).waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
      await takePicture(page, 'data settings');
    });
  });

  test('names the units of every dataset in Chinese', async () => {
    await withPage(
      async ({ page }) => {
        const units = new Set<string>();
        for (const dataset of ['api', 'mint', 'orders', 'instruments', 'consumption']) {
          await page.goto(`/env/prod/data/fields?dataset=${dataset}`);
          await page.locator('table.list tbody tr').first().waitFor();
          const cells = page.locator('table.list').first().locator('td:nth-of-type(2)');
          for (const unit of await cells.allTextContents()) units.add(unit);
        }
        expect([...units].filter((unit) => /[a-z]/.test(unit))).toEqual(['TiB']);
        expect(units).toContain('调用次数');
      },
      { locale: 'zh-CN' },
    );
  });

  test('offers members no undo', async () => {
    const member = { email: `member@${system.organization}.example`, password: 'a long password 123' };
    const created = await fetch(`${system.url}/v1/organizations/${system.organization}/users`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${system.token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ ...member, role: 'member' }),
    });
    expect(created.status).toBe(201);
    await withPage(
      async ({ page }) => {
        await page
          .getByRole('row', { name: /import-/ })
          .first()
          .waitFor();
        expect(await page.getByRole('button', { name: /Undo/ }).count()).toBe(0);
        await page.locator('.drop-zone').waitFor();
        expect(await page.getByRole('link', { name: 'Retention and limits' }).count()).toBe(0);
      },
      {},
      member,
    );
  });
});
