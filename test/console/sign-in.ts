import type { Page } from 'playwright-core';

/** Signs in on the page that is shown, or on the first one. */
export async function signIn(
  page: Page,
  { email, password }: { readonly email: string; readonly password: string },
  path = '/',
): Promise<void> {
  await page.goto(path);
  await page.locator('input[type=email]').fill(email);
  await page.locator('input[type=password]').fill(password);
  await page.keyboard.press('Enter');
  await page.locator('h1').waitFor();
  await page.locator('.bar').waitFor();
}
