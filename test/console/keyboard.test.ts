import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sharedSystem, type TestSystem } from '@hourglass/testing';
import { accessibilityFaults, isChromiumMissing, openPage, startBrowser, takePicture } from './browser.ts';

describe.skipIf(isChromiumMissing)('the keyboard', () => {
  let system: TestSystem;
  let browser: Browser;
  beforeAll(async () => {
    [system, browser] = await Promise.all([sharedSystem('api'), startBrowser()]);
  });
  afterAll(async () => {
    await browser.close();
    await system.stop();
  });

  const focused = (page: Page) => page.evaluate<string>('document.activeElement.textContent');

  test('lists its shortcuts at ?, opens pages, and has the focus at the heading of each', async () => {
    const opened = await openPage(browser, system.url);
    const { page } = opened;
    await page.goto('/');
    await page.getByLabel('E-mail address').fill(system.email);
    await page.getByLabel('Password').fill(system.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Queries', exact: true }).waitFor();
    expect(await page.title()).toBe('Queries · Hourglass');
    await page.keyboard.press('?');
    const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await dialog.getByText('Build a report').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await takePicture(page, 'shortcuts');
    // Nothing behind the dialog reacts.
    await page.keyboard.press('n');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.keyboard.press('n');
    await page.getByRole('heading', { name: 'New report' }).waitFor();
    await expect.poll(() => focused(page)).toBe('New report');
    expect(await page.title()).toBe('New report · Hourglass');
    // A key in a field is a part of its text.
    await page.getByLabel('Name', { exact: true }).pressSequentially('n?/');
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('n?/');
    await page.getByRole('button', { name: 'Submit the report' }).focus();
    await page.keyboard.press('/');
    expect(await page.evaluate('document.activeElement.getAttribute("role")')).toBe('combobox');
    await page.keyboard.press('Escape');
    await page.goBack();
    await expect.poll(() => focused(page)).toBe('Queries');
    await page.getByRole('button', { name: /^Account/ }).click();
    await page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
    await page.getByRole('checkbox', { name: 'Single keys are shortcuts' }).uncheck();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.keyboard.press('n');
    await page.keyboard.press('?');
    expect(await page.title()).toBe('Queries · Hourglass');
    expect(opened.faults).toEqual([]);
    await opened.close();
  });
});
