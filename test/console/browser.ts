import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import axe, { type AxeResults } from 'axe-core';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { isServiceMissing } from '@hourglass/testing';

const executablePath = '/usr/bin/chromium';
/** Git ignores it. */
const screenshots = fileURLToPath(new URL('../../screenshots/', import.meta.url));

export const isChromiumMissing = isServiceMissing({
  service: 'chromium',
  problem: existsSync(executablePath) ? null : `there is no ${executablePath}`,
  environment: process.env,
});

export interface WatchedPage {
  readonly page: Page;
  /** Forbidden to every page of the console: errors, violations of the content policy, requests to other hosts. */
  readonly faults: string[];
  close(): Promise<void>;
}

export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  });
}

/** Opens a page of the API at `url` in a profile of its own. A refusal of credentials is no fault. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({
    baseURL: url,
    locale: 'en',
    viewport: { width: 1280, height: 900 },
    ...options,
  });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('console', (message) => {
    const text = message.text();
    const isRefusal = /status of 40[01]/.test(text);
    if ((message.type() === 'error' || message.type() === 'warning') && !isRefusal)
      faults.push(`console: ${text}`);
  });
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin) faults.push(`request to ${request.url()}`);
  });
  return { page, faults, close: () => context.close() };
}

/** Returns what axe finds wrong, with the elements. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  // As a string: a script element would be against the content policy.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<AxeResults>(
    'axe.run(document, { resultTypes: ["violations"] })',
  );
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html}`));
}

/** Writes a picture of the page for people to look at. */
export async function takePicture(page: Page, name: string): Promise<void> {
  await mkdir(screenshots, { recursive: true });
  await page.screenshot({ path: path.join(screenshots, `${name}.png`), fullPage: true });
}

/** Returns the elements that make the page wider than its window, so that people must scroll sideways to read it. */
export function overflows(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`document.documentElement.scrollWidth <= window.innerWidth ? [] :
    [...document.querySelectorAll('*')].filter((element) => element.getBoundingClientRect().right > window.innerWidth)
      .map((element) => element.outerHTML.slice(0, 100))`);
}

/** Types over what the editor of a condition has. `fill` changes the selection behind the editor's back. */
export async function typeCondition(page: Page, name: string, text: string): Promise<void> {
  await page.getByRole('textbox', { name }).click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type(text);
  await page.keyboard.press('Escape');
}
