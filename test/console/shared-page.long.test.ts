import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createdSharedView, savedReport } from '@hourglass/contract';
import { archiveMembers, sharedSystem, type TestSystem } from '@hourglass/testing';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  accessibilityFaults,
  isChromiumMissing,
  openPage,
  overflows,
  startBrowser,
  takePicture,
  typeCondition,
} from './browser.ts';
import { signIn } from './sign-in.ts';

const attack = '<img src=x onerror=alert(1)>';

describe.skipIf(isChromiumMissing)('a shared view in the browser', () => {
  let system: TestSystem;
  let browser: Browser;
  let portal: Server;
  let report: string;
  beforeAll(async () => {
    system = await sharedSystem('worker');
    browser = await startBrowser();
    portal = createServer((request, response) => {
      const url = new URL(request.url ?? '', 'http://localhost').searchParams.get('url') ?? '';
      response.setHeader('Content-Type', 'text/html');
      response.end(`<!doctype html><title>Portal</title><iframe title="report" width="900" height="700"></iframe>
        <script>document.querySelector('iframe').src = ${JSON.stringify(url)} + location.hash</script>`);
    });
    await new Promise<void>((resolve) => {
      portal.listen(0, '127.0.0.1', resolve);
    });
    await system.client.sendFacts(
      Array.from({ length: 48 }, (_, index) => ({
        timestamp: Date.UTC(2026, 2, 1, index % 24),
        apiproxy: index % 2 === 0 ? 'maps' : attack,
        developer_email: `${index < 24 ? 'ada' : 'bob'}@example.com`,
      })),
    );
    const saved = await fetch(`${system.url}/v1/organizations/${system.organization}/reports`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${system.token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({
        displayName: 'Calls by hour',
        query: {
          metrics: [{ name: 'message_count', function: 'sum', alias: 'calls' }],
          dimensions: ['apiproxy'],
          groupByTimeUnit: 'hour',
          timeRange: { start: '2026-03-01T00:00:00Z', end: '2026-03-02T00:00:00Z' },
        },
      }),
    });
    report = savedReport.parse(await saved.json()).name;
  });
  afterAll(async () => {
    await browser.close();
    portal.close();
    await system.stop();
  });

  const portalUrl = () => `http://127.0.0.1:${(portal.address() as AddressInfo).port}`;

  async function share(body: object) {
    const response = await system.client.request('/sharedViews', {
      method: 'POST',
      body: JSON.stringify({ report, filter: "(developer_email eq 'ada@example.com')", ...body }),
    });
    return createdSharedView.parse(await response.json());
  }

  /** The page as a reader without a session opens it. */
  async function open(url: string, options = {}) {
    const opened = await openPage(browser, system.url, options);
    await opened.page.goto(url);
    return opened;
  }

  const rowsShown = (page: Page) => page.getByRole('grid').waitFor();

  test('runs its report and shows plot and rows without a session, and without a request for one', async () => {
    const { url } = await share({ title: `Your calls ${attack}` });
    const opened = await openPage(browser, system.url);
    const paths: string[] = [];
    opened.page.on('request', (request) => paths.push(new URL(request.url()).pathname));
    await opened.page.goto(url);
    await rowsShown(opened.page);
    expect(await opened.page.getByRole('heading', { level: 1 }).textContent()).toBe(`Your calls ${attack}`);
    await opened.page.locator('canvas').first().waitFor();
    expect(await accessibilityFaults(opened.page)).toEqual([]);
    expect(paths.filter((path) => path.startsWith('/v1/') && !path.startsWith('/v1/shared/'))).toEqual([]);
    await takePicture(opened.page, 'shared view');
    // A choice changes the URL, and a reload still has the secret.
    await opened.page.getByRole('columnheader').first().getByRole('button').click();
    await opened.page.reload();
    await rowsShown(opened.page);
    expect(opened.faults).toEqual([]);
    await opened.close();
  });

  test.each([
    ['Polish, 320 px', { locale: 'pl', viewport: { width: 320, height: 700 } }],
    ['Chinese, dark', { locale: 'zh-CN', colorScheme: 'dark' }],
  ])('is readable in %s', async (name, options) => {
    const { url } = await share({});
    const opened = await open(url, options);
    const { page, faults } = opened;
    await rowsShown(page);
    expect(await overflows(page)).toEqual([]);
    expect(await accessibilityFaults(page)).toEqual([]);
    await takePicture(page, `shared view ${name}`);
    expect(faults).toEqual([]);
    await opened.close();
  });

  test('says what to do with a link whose secret is incomplete', async () => {
    const { url } = await share({});
    const opened = await open(url.slice(0, -3));
    const { page } = opened;
    await page.getByText('Ask its sender for a new one').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await takePicture(page, 'shared view, refused');
    await opened.close();
  });

  test('is framed by an origin that it names, and by no other', async () => {
    const allowed = await share({ frameOrigins: [portalUrl()] });
    const page = await (await browser.newContext()).newPage();
    const framed = async (url: string) => {
      const { href, hash } = new URL(url);
      await page.goto(`${portalUrl()}/?url=${encodeURIComponent(href.replace(hash, ''))}${hash}`);
      return page.frameLocator('iframe');
    };
    await (await framed(allowed.url)).getByRole('grid').waitFor();
    const refused = new Promise<string>((resolve) => {
      page.on('console', (message) => {
        if (message.text().includes('frame-ancestors')) resolve(message.text());
      });
    });
    await framed((await share({})).url);
    expect(await refused).toContain("frame-ancestors 'none'");
    await page.context().close();
  });

  test('is made of a saved report, and downloaded with its pinned filter by its secret alone', async () => {
    const opened = await openPage(browser, system.url);
    const { page } = opened;
    await signIn(page, system, '/env/prod/reports');
    await page.getByRole('button', { name: 'Share Calls by hour' }).click();
    const dialog = page.getByRole('dialog');
    await typeCondition(page, 'Only rows where', "(colour eq 'red')");
    await dialog.getByRole('button', { name: 'Create the link' }).click();
    await dialog.locator('.errors').waitFor();
    await typeCondition(page, 'Only rows where', "(developer_email eq 'bob@example.com')");
    await dialog.getByLabel('Title').fill(attack);
    await dialog.getByLabel('Origins').fill(portalUrl());
    expect(await accessibilityFaults(page)).toEqual([]);
    await takePicture(page, 'share a report');
    await dialog.getByRole('button', { name: 'Create the link' }).click();
    const url = (await dialog.getByRole('region', { name: 'Link', exact: true }).textContent()) ?? '';
    await dialog.getByText("(developer_email eq 'bob@example.com')").waitFor();
    expect(opened.faults).toEqual([]);
    await opened.close();

    const shared = await openPage(browser, system.url);
    const paths: string[] = [];
    shared.page.on('request', (request) => paths.push(new URL(request.url()).pathname));
    await shared.page.goto(url);
    await rowsShown(shared.page);
    const saved = async (name: string) => {
      const [download] = await Promise.all([
        shared.page.waitForEvent('download'),
        shared.page.getByRole('button', { name, exact: true }).click(),
      ]);
      return readFile(await download.path());
    };
    const rows = (await saved('NDJSON')).toString().trim().split('\n');
    // 24 of the 48 facts are Bob's, one an hour.
    expect(rows).toHaveLength(24);
    expect((await saved('CSV')).toString().trim().split('\n')).toHaveLength(25);
    const sheet = (await archiveMembers(await saved('XLSX'))).find(({ name }) => name.endsWith('sheet1.xml'));
    expect(sheet?.bytes.toString().match(/<row /g)).toHaveLength(25);
    expect(paths.filter((path) => path.startsWith('/v1/') && !path.startsWith('/v1/shared/'))).toEqual([]);
    expect(await shared.page.getByRole('button', { name: 'Parquet' }).count()).toBe(0);
    expect(await shared.page.getByText('hourglass download').count()).toBe(0);
    await takePicture(shared.page, 'shared view downloads');
    expect(shared.faults).toEqual([]);
    await shared.close();
  });

  test('is made, copied and revoked on the page of a result', async () => {
    const id = await system.client.submit({ dimensions: ['apiproxy'], timeRange: 'last60minutes' });
    await system.client.ended(id);
    const opened = await openPage(browser, system.url);
    const { page, faults } = opened;
    await signIn(page, system, `/env/prod/queries/${id}`);
    await page.getByRole('button', { name: 'Share' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Title').fill(attack);
    expect(await accessibilityFaults(page)).toEqual([]);
    await takePicture(page, 'share a result');
    await dialog.getByRole('button', { name: 'Create the link' }).click();
    const url = (await dialog.getByRole('region', { name: 'Link', exact: true }).textContent()) ?? '';
    const shared = await open(url);
    await shared.page.getByRole('heading', { name: attack }).waitFor();
    await dialog.getByRole('button', { name: /^Revoke the link/ }).click();
    await page
      .getByRole('dialog', { name: 'Revoke this link?' })
      .getByRole('button', { name: 'Revoke' })
      .click();
    await expect.poll(() => dialog.getByRole('button', { name: /^Revoke the link/ }).count()).toBe(0);
    await shared.page.reload();
    await shared.page.getByText('Ask its sender for a new one').waitFor();
    expect([...faults, ...shared.faults.filter((fault) => !fault.includes('403'))]).toEqual([]);
    await shared.close();
    await opened.close();
  });
});
