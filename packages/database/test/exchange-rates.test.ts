import { readFile } from 'node:fs/promises';
import { bindPlan, catalogue, type Plan } from '@hourglass/query';
import type { ExchangeRate } from '@hourglass/reports';
import { temporaryFolder, testEvent } from '@hourglass/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databaseWithTenant, planOf, type DatabaseWithTenant } from './database-with-tenant.ts';

let db: DatabaseWithTenant;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  [db, folder] = await Promise.all([databaseWithTenant(), temporaryFolder()]);
  await db.admin.createOrganization('other');
});
afterAll(async () => {
  await db.close();
  await folder.remove();
});

function euros(currency: string, day: string, rate: string): ExchangeRate {
  return { day, currency, targetCurrency: 'EUR', rate };
}

/** Returns the lines of a snapshot's file of rates, without the header. */
async function snapshotRates(parts: Partial<Plan>): Promise<string[]> {
  const plan: Plan = {
    ...planOf(db.tenant),
    dataset: 'mint',
    metrics: [{ metric: 'rate', function: 'sum', alias: 'rate' }],
    dimensions: ['currency'],
    ...parts,
  };
  const signal = new AbortController().signal;
  const { exchangeRatesPath } = await db.database.factSource.snapshot(bindPlan(plan, catalogue), {
    directory: folder.path,
    signal,
    timeoutMs: 60_000,
  });
  if (exchangeRatesPath === undefined) throw new Error('the snapshot has no rates');
  const [header, ...lines] = (await readFile(exchangeRatesPath, 'utf8')).trimEnd().split('\n');
  expect(header).toBe('day,currency,rate');
  return lines.sort();
}

describe('exchange rates', () => {
  test('are stored with every digit, replaced, and filtered in lists, newest day first', async () => {
    const { exchangeRates } = db.database;
    await exchangeRates.put(
      'acme',
      [
        euros('USD', '2026-01-05', '0.8'),
        euros('USD', '2026-01-06', '9999.9999999999'),
        { ...euros('JPY', '2026-01-06', '0.0000000001'), targetCurrency: 'USD' },
      ],
      testEvent,
    );
    await exchangeRates.put('acme', [euros('USD', '2026-01-05', '0.9')], testEvent);
    await exchangeRates.put('other', [euros('USD', '2026-01-05', '7')], testEvent);
    const stored = [
      { ...euros('JPY', '2026-01-06', '0.0000000001'), targetCurrency: 'USD' },
      euros('USD', '2026-01-06', '9999.9999999999'),
      euros('USD', '2026-01-05', '0.9'),
    ];
    expect(await exchangeRates.list('acme', {}, 10)).toEqual(stored);
    expect(await exchangeRates.list('acme', {}, 1)).toEqual(stored.slice(0, 1));
    expect(await exchangeRates.list('acme', { currency: 'USD' }, 10)).toEqual(stored.slice(1));
    expect(await exchangeRates.list('acme', { day: '2026-01-06' }, 10)).toEqual(stored.slice(0, 2));
    expect(await exchangeRates.list('acme', { targetCurrency: 'USD' }, 10)).toEqual(stored.slice(0, 1));
    expect(await exchangeRates.list('other', {}, 10)).toEqual([euros('USD', '2026-01-05', '7')]);
    expect(await exchangeRates.list('nobody', {}, 10)).toEqual([]);
  });

  test('of two concurrent lists in opposite orders are all stored', async () => {
    const { exchangeRates } = db.database;
    const days = Array.from({ length: 300 }, (_, n) => new Date(Date.UTC(2024, 0, 1 + n)));
    const rates = days.map((day) => euros('CHF', day.toISOString().slice(0, 10), '1'));
    const lists = [rates, rates.toReversed(), rates, rates.toReversed()];
    await Promise.all(lists.map((list) => exchangeRates.put('acme', list, testEvent)));
    expect(await exchangeRates.list('acme', { currency: 'CHF' }, 1_000)).toHaveLength(300);
  });

  test('are copied with the snapshot: for every day the newest rate up to 7 days old', async () => {
    await db.database.exchangeRates.put(
      'acme',
      [
        euros('GBP', '2026-03-01', '1.1'),
        euros('GBP', '2026-03-03', '1.3'),
        euros('GBP', '2026-03-12', '1.9'),
        { ...euros('GBP', '2026-03-02', '5'), targetCurrency: 'USD' },
      ],
      testEvent,
    );
    await db.database.exchangeRates.put('other', [euros('GBP', '2026-03-02', '7')], testEvent);
    const range = {
      startMs: Date.parse('2026-03-02T23:59:59.999Z'),
      endExclusiveMs: Date.parse('2026-03-12T00:00:00.001Z'),
    };
    const day = (n: number, rate: string) =>
      `2026-03-${String(n).padStart(2, '0')},GBP,${rate}0000000000`.slice(0, 27);
    const carried = [3, 4, 5, 6, 7, 8, 9, 10].map((n) => day(n, '1.3'));
    expect(await snapshotRates({ targetCurrency: 'EUR', range })).toEqual([
      day(2, '1.1'),
      ...carried,
      day(12, '1.9'),
    ]);
    expect(
      await snapshotRates({
        targetCurrency: 'EUR',
        range: { ...range, endExclusiveMs: Date.UTC(2026, 2, 12) },
      }),
    ).toEqual([day(2, '1.1'), ...carried]);
  });

  test('are not copied for a report without conversion', async () => {
    const signal = new AbortController().signal;
    const files = await db.database.factSource.snapshot(bindPlan(planOf(db.tenant), catalogue), {
      directory: folder.path,
      signal,
      timeoutMs: 60_000,
    });
    expect(files.exchangeRatesPath).toBeUndefined();
  });
});
