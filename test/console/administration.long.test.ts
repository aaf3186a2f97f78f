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
  type WatchedPage,
} from './browser.ts';
import { secondFactorClient, signedInOf } from '../second-factor-client.ts';
import { signIn } from './sign-in.ts';

const hostile = `<img src=x onerror="throw new Error(1)">{{t}} ${'long'.repeat(12)}`;
const sections = ['users', 'tokens', 'environments', 'keys', 'webhooks', 'audit'] as const;

describe.skipIf(isChromiumMissing)('the administration in Chromium', () => {
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
    section: string,
    run: (opened: WatchedPage) => Promise<void>,
    options: Parameters<typeof openPage>[2] = {},
    user: { email: string; password: string } = system,
  ) {
    const opened = await openPage(browser, system.url, options);
    try {
      await signIn(opened.page, user, `/env/prod/administration/${section}`);
      await run(opened);
      expect(opened.faults).toEqual([]);
    } finally {
      await opened.close();
    }
  }

  const call = (path: string, token = system.token) =>
    fetch(`${system.url}/v1/organizations/${system.organization}/${path}`, {
      headers: { Authorization: `Bearer ${token}` },
    });
  const secretOf = async (page: Page) => (await page.locator('.secret pre').textContent()) ?? '';

  test('makes a token whose secret is shown once and works until it is revoked', async () => {
    await withPage('tokens', async ({ page }) => {
      await page.getByText('New token').click();
      await page.getByLabel('Description').fill(hostile);
      await page.getByLabel('submit', { exact: false }).check();
      await page.getByRole('button', { name: 'Create the token' }).click();
      await page.getByText('Copy it now: it is not shown again.').waitFor();
      const secret = await secretOf(page);
      await takePicture(page, 'administration token');
      expect(await accessibilityFaults(page)).toEqual([]);
      expect((await call('environments', secret)).status).toBe(200);
      expect((await call('users', secret)).status).toBe(403);
      await page.getByRole('button', { name: 'I have copied it' }).click();
      expect(await page.content()).not.toContain(secret);
      const row = page.getByRole('row', { name: hostile });
      await row.getByText('read, submit').waitFor();
      await row.getByRole('button', { name: 'Revoke' }).click();
      await page.getByRole('dialog').getByText(hostile, { exact: false }).waitFor();
      await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
      await row.waitFor({ state: 'detached' });
      expect((await call('environments', secret)).status).toBe(401);
    });
  });

  test('makes users with a password shown once, changes their roles, and deletes them by name', async () => {
    const email = `someone@${system.organization}.example`;
    await withPage('users', async (opened) => {
      const { page } = opened;
      await page.getByText('New user').click();
      await page.getByLabel('E-mail address').fill(email);
      await page.getByRole('button', { name: 'Create the user' }).click();
      await page.getByText('Copy it now: it is not shown again.').waitFor();
      const password = await secretOf(page);
      await withPage(
        'users',
        async (member) => {
          await member.page.getByText('There is no such page').waitFor();
          expect(await member.page.getByRole('link', { name: 'Administration' }).count()).toBe(0);
        },
        {},
        { email, password },
      );
      await page.getByRole('button', { name: 'I have copied it' }).click();
      const row = page.getByRole('row', { name: email });
      await row.getByRole('button', { name: /Make administrator/ }).click();
      await row.getByRole('cell', { name: 'Administrator', exact: true }).waitFor();
      await withPage(
        'users',
        async (administrator) => {
          // The operator is above.
          const above = administrator.page.getByRole('row', { name: system.email });
          await above.waitFor();
          expect(await above.getByRole('button').count()).toBe(0);
        },
        {},
        { email, password },
      );
      await setPassword(page, email);
      await row.getByRole('button', { name: `Delete ${email}` }).click();
      const remove = page.getByRole('dialog').getByRole('button', { name: 'Delete' });
      expect(await remove.isDisabled()).toBe(true);
      await page.getByRole('dialog').getByRole('textbox').fill(email);
      await takePicture(page, 'administration delete user');
      await remove.click();
      await row.waitFor({ state: 'detached' });
      // The API's reason for a refusal is shown where it was asked.
      await page.getByLabel('E-mail address').fill(system.email);
      await page.getByRole('button', { name: 'Create the user' }).click();
      await page.getByRole('alert').getByText('already in use', { exact: false }).waitFor();
      const conflict = opened.faults.findIndex((fault) => fault.includes('409'));
      expect(opened.faults.splice(conflict, 1)).toHaveLength(1);
    });
  });

  test('removes the second factor of a user after its loss, whose password suffices again', async () => {
    const user = { email: `lost@${system.organization}.example`, password: 'a long password 123' };
    const client = secondFactorClient(system);
    const created = await client.send('POST', `/v1/organizations/${system.organization}/users`, {
      body: { ...user, role: 'member' },
      authorization: `Bearer ${system.token}`,
    });
    expect(created.status).toBe(201);
    const { token } = signedInOf(await client.signIn(user));
    await client.enrol({ ...user, token, organization: system.organization });
    expect((await client.signIn(user)).code).toBe('auth.second_factor');
    await withPage('users', async ({ page }) => {
      const row = page.getByRole('row', { name: user.email });
      await row.getByRole('cell', { name: 'Active', exact: true }).waitFor();
      await row.getByRole('button', { name: `${user.email}: Remove second factor` }).click();
      const dialog = page.getByRole('dialog', { name: 'Remove the second factor?' });
      await dialog.getByText(`${user.email} signs in with the password alone`, { exact: false }).waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
      await takePicture(page, 'administration remove factor');
      await dialog.getByRole('button', { name: 'Remove second factor' }).click();
      await row.getByRole('cell', { name: 'None', exact: true }).waitFor();
      expect(await row.getByRole('button', { name: /Remove second factor/ }).count()).toBe(0);
    });
    expect((await client.signIn(user)).status).toBe(200);
  });

  test('makes and deletes environments, access keys and webhooks', async () => {
    await withPage('environments', async ({ page }) => {
      await page.getByText('New environment').click();
      await page.getByLabel('Name').fill('stage');
      await page.getByRole('button', { name: 'Create the environment' }).click();
      await page.getByRole('row', { name: 'stage' }).waitFor();
      await page.getByRole('button', { name: 'Delete stage' }).click();
      await page.getByText('0 facts in 0 batches', { exact: false }).waitFor();
      await page.getByRole('dialog').getByRole('textbox').fill('stage');
      await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
      await page.getByRole('row', { name: 'stage' }).waitFor({ state: 'detached' });

      await page.getByRole('link', { name: 'Access keys' }).click();
      await page.getByText('prod has no access key.', { exact: false }).waitFor();
      await page.getByText('New access key').click();
      await page.getByRole('button', { name: 'Create the key' }).click();
      await page.getByText('Copy it now: it is not shown again.').waitFor();
      await page.getByRole('button', { name: /^Disable / }).click();
      await page.getByRole('cell', { name: 'Disabled' }).waitFor();

      await page.getByRole('link', { name: 'Webhooks' }).click();
      await page.getByText('New webhook').click();
      await page.getByLabel('URL').fill('https://example.com/hook');
      await page.getByLabel('Description').fill(hostile);
      await page.getByRole('button', { name: 'Create the webhook' }).click();
      expect(await secretOf(page)).toMatch(/^whsec_/);
      await page.getByRole('button', { name: 'I have copied it' }).click();
      await page.getByRole('button', { name: /^Test / }).click();
      await page.getByRole('row', { name: /webhook\.test/ }).waitFor();
      await takePicture(page, 'administration deliveries');
      expect(await accessibilityFaults(page)).toEqual([]);

      await page.getByRole('link', { name: 'Audit log' }).click();
      await page.getByLabel('Action').fill('environment.delete');
      const event = page.getByRole('row', { name: /environment\.delete/ });
      await event.getByText(system.email).waitFor();
      expect(new URL(page.url()).search).toBe('?action=environment.delete');
      await page.getByLabel('Outcome').selectOption('Refused');
      await page.getByText('No event matches these filters.', { exact: false }).waitFor();
    });
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
    await withPage(
      'users',
      async ({ page }) => {
        for (const section of sections) {
          await page.locator(`.sections a[href$="/${section}"]`).click();
          await page.locator('.administration > *').first().waitFor();
          await page.waitForLoadState('networkidle');
          expect([section, await overflows(page)]).toEqual([section, []]);
          expect([section, await accessibilityFaults(page)]).toEqual([section, []]);
          await takePicture(page, `administration ${section} ${name}`);
        }
      },
      options,
    );
  });
});

/** Generates another password of a user, with which the user signs in. */
async function setPassword(page: Page, email: string): Promise<void> {
  const row = page.getByRole('row', { name: email });
  const dialog = page.getByRole('dialog');
  await row.getByRole('button', { name: `${email}: Set password` }).click();
  await dialog.getByLabel('New password').fill('short');
  expect(await accessibilityFaults(page)).toEqual([]);
  await takePicture(page, 'administration set password');
  await dialog.getByLabel('New password').fill('');
  await dialog.getByRole('button', { name: 'Set password' }).click();
  await page.getByText(`Password of ${email}`).first().waitFor();
  const password = (await page.locator('.secret pre').textContent()) ?? '';
  const { origin } = new URL(page.url());
  const signedIn = await fetch(`${origin}/v1/signIn`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  expect([password.length, signedIn.status]).toEqual([24, 200]);
  await page.getByRole('button', { name: 'I have copied it' }).click();
}
