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
} from './browser.ts';

describe.skipIf(isChromiumMissing)('the sign-in in Chromium', () => {
  let system: TestSystem;
  let browser: Browser;
  beforeAll(async () => {
    [system, browser] = await Promise.all([sharedSystem('api'), startBrowser()]);
  });
  afterAll(async () => {
    await browser.close();
    await system.stop();
  });

  test('takes a token, which stays in no storage, and ends everywhere', async () => {
    const [opened, elsewhere] = await Promise.all([
      openPage(browser, system.url),
      openPage(browser, system.url, { locale: 'pl', viewport: { width: 320, height: 640 } }),
    ]);
    const { page } = opened;
    await page.goto('/');
    await page.getByRole('button', { name: 'Use a token' }).click();
    await page.getByLabel('Token', { exact: true }).fill('hg_wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('The token is wrong').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await takePicture(page, 'sign-in with a token');
    await page.getByLabel('Token', { exact: true }).fill(` ${system.token} `);
    await page.keyboard.press('Enter');
    await page.locator('.bar').waitFor();
    const readable = await page.evaluate('JSON.stringify([localStorage, sessionStorage, document.cookie])');
    expect(readable).not.toContain('hg_');
    await elsewhere.page.goto('/env/prod/reports/new');
    await elsewhere.page.locator('input[type=email]').fill(system.email);
    await elsewhere.page.locator('input[type=password]').fill(system.password);
    await elsewhere.page.keyboard.press('Enter');
    await elsewhere.page.locator('.builder').waitFor();
    await page.getByRole('button', { name: /^Account/ }).click();
    await page.getByRole('button', { name: 'Sign out everywhere' }).click();
    await page.getByLabel('E-mail address').waitFor();
    // The other page notices at its next request, and asks in its language.
    await elsewhere.page.locator('.template').first().click();
    await elsewhere.page.getByRole('dialog', { name: 'Twoja sesja wygasła' }).waitFor();
    expect(await overflows(elsewhere.page)).toEqual([]);
    expect(await accessibilityFaults(elsewhere.page)).toEqual([]);
    await takePicture(elsewhere.page, 'session expired, Polish');
    expect([...opened.faults, ...elsewhere.faults]).toEqual([]);
    await Promise.all([opened.close(), elsewhere.close()]);
  });

  test('comes over the page when the session ends, and the page keeps what was typed', async () => {
    const opened = await openPage(browser, system.url);
    const { page } = opened;
    await page.goto('/env/prod/reports/new');
    await page.getByLabel('E-mail address').fill(system.email);
    await page.getByLabel('Password').fill(system.password);
    await page.keyboard.press('Enter');
    await page.getByLabel('Name of the saved report').fill('not saved yet');
    await page.getByText('Paste a body').click();
    await page.getByLabel('Body of a query as JSON').fill('{"dimensions": ["api');
    await page.context().clearCookies();
    await page.getByRole('button', { name: 'Save as a new report' }).click();
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await takePicture(page, 'session expired');
    // Nothing behind it is reachable, also after Escape.
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await dialog.waitFor();
    expect(await dialog.getByLabel('E-mail address').inputValue()).toBe(system.email);
    expect(await page.evaluate('document.activeElement.name')).toBe('password');
    await page.keyboard.type(system.password);
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    expect(await page.getByLabel('Name of the saved report').inputValue()).toBe('not saved yet');
    expect(await page.getByLabel('Body of a query as JSON').inputValue()).toBe('{"dimensions": ["api');
    await page.getByRole('button', { name: 'Save as a new report' }).click();
    await page.getByText('Saved.').waitFor();
    expect(opened.faults).toEqual([]);
    await opened.close();
  });
});
