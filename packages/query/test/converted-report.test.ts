import * as fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bindPlan, catalogue, compileMissingRate, type Plan } from '../src/index.ts';
import { examplePlan, openDuckDB, type Fact } from './facts-relation.ts';
import { toMillionths } from './millionths.ts';

interface Rate {
  readonly day: string;
  readonly currency: string;
  /** Digits with at most ten decimal places. */
  readonly rate: string;
}

let duckdb: Awaited<ReturnType<typeof openDuckDB>>;
beforeAll(async () => {
  duckdb = await openDuckDB();
});
afterAll(() => duckdb.close());
beforeEach(() => withRates([]));

async function withRates(rates: readonly Rate[]): Promise<void> {
  await duckdb.query(
    'create or replace table exchange_rates (day date, currency varchar, rate decimal(14, 10))',
  );
  for (const { day, currency, rate } of rates) {
    await duckdb.query(
      'insert into exchange_rates values (cast($1 as date), $2, cast($3 as decimal(14, 10)))',
      [day, currency, rate],
    );
  }
}

const summary = examplePlan({
  dataset: 'mint',
  metrics: [{ metric: 'rate', function: 'sum', alias: 'rate' }],
  dimensions: ['currency'],
  targetCurrency: 'EUR',
});

async function rowsOf(plan: Plan, facts: readonly Fact[]) {
  return (await duckdb.report(plan, facts)).rows;
}

async function missing(plan: Plan, facts: readonly Fact[]) {
  await duckdb.report(plan, facts);
  const statement = compileMissingRate(bindPlan(plan, catalogue));
  if (statement === null) throw new Error('the plan converts nothing');
  return (await duckdb.query(statement.sql, [...statement.parameters])).rows;
}

/** Multiplies in integers and rounds to millionths, halves away from zero. */
function convertedMillionths(amount: string, rate: string): bigint {
  const [whole = '0', fraction = ''] = rate.split('.');
  const product = toMillionths(amount) * BigInt(whole + fraction.padEnd(10, '0'));
  const magnitude = product < 0n ? -product : product;
  const rounded = (magnitude + 5_000_000_000n) / 10_000_000_000n;
  return product < 0n ? -rounded : rounded;
}

describe('a converted report', () => {
  test('converts every amount at the rate of its UTC day before aggregating', async () => {
    await withRates([
      { day: '2026-06-01', currency: 'USD', rate: '0.9' },
      { day: '2026-06-02', currency: 'USD', rate: '0.5' },
    ]);
    const facts = [
      { timestamp: '2026-06-01T23:59:59.999Z', currency: 'USD', rate: '10' },
      { timestamp: '2026-06-02T00:00:00Z', currency: 'usd', rate: '10' },
      { timestamp: '2026-06-03T00:00:00Z', currency: 'EUR', rate: '0.123457' },
    ];
    expect(await missing(summary, facts)).toEqual([]);
    expect(await rowsOf(summary, facts)).toEqual([[14.123457, 'EUR']]);
  });

  test('rounds each amount to millionths, halves away from zero', async () => {
    await withRates([{ day: '2026-06-01', currency: 'USD', rate: '0.5' }]);
    const amounts = ['0.000001', '-0.000001', '0.000003', '0.000002'];
    const facts = amounts.map((rate) => ({ timestamp: '2026-06-01T00:00:00Z', currency: 'USD', rate }));
    const perFact = {
      ...summary,
      metrics: [{ metric: 'rate', function: null, alias: 'rate' }],
      perFact: { orderedBy: [] },
    };
    const rows = await rowsOf(perFact, facts);
    expect(rows.map(([rate]) => rate)).toEqual([-0.000001, 0.000001, 0.000001, 0.000002]);
  });

  test('shows the target currency and filters by the original currency', async () => {
    await withRates([{ day: '2026-06-01', currency: 'USD', rate: '2' }]);
    const plan: Plan = {
      ...summary,
      filter: { kind: 'compare', field: 'currency', type: 'text', operator: 'eq', value: 'USD' },
    };
    const facts = [
      { timestamp: '2026-06-01T00:00:00Z', currency: 'USD', rate: '1' },
      { timestamp: '2026-06-01T00:00:00Z', currency: 'JPY', rate: '1' },
    ];
    expect(await missing(plan, facts)).toEqual([]);
    expect(await rowsOf(plan, facts)).toEqual([[2, 'EUR']]);
  });

  test('finds the first day and currency without a rate among its own facts', async () => {
    await withRates([{ day: '2026-06-02', currency: 'USD', rate: '1' }]);
    const facts = [
      { timestamp: '2026-06-03T10:00:00Z', currency: 'JPY', rate: '1' },
      { timestamp: '2026-06-02T10:00:00Z', currency: 'JPY', rate: '1' },
      { timestamp: '2026-06-02T09:00:00Z', currency: 'CHF', rate: '1' },
      // Facts that need no rate: no amount, in the target currency, out of range, of another
      // environment.
      { timestamp: '2026-06-01T10:00:00Z', currency: 'AUD' },
      { timestamp: '2026-06-01T10:00:00Z', currency: 'EUR', rate: '1' },
      { timestamp: '2025-12-31T23:59:59Z', currency: 'AUD', rate: '1' },
      { timestamp: '2026-06-01T10:00:00Z', currency: 'AUD', rate: '1', environment_id: 8 },
    ];
    expect(await missing(summary, facts)).toEqual([['2026-06-02', 'CHF']]);
    const nameless = [{ timestamp: '2026-06-01T10:00:00Z', rate: '0' }];
    expect(await missing(summary, nameless)).toEqual([['2026-06-01', null]]);
  });

  test('does not overflow at the largest amount and rate', async () => {
    await withRates([{ day: '2026-06-01', currency: 'USD', rate: '9999.9999999999' }]);
    const largest = '999999999999999999.999999';
    const facts = [largest, `-${largest}`, largest].map((rate) => ({
      timestamp: '2026-06-01T00:00:00Z',
      currency: 'USD',
      rate,
    }));
    const [[total] = []] = await rowsOf(summary, facts);
    const expected = Number(convertedMillionths(largest, '9999.9999999999')) / 1e6;
    expect(Math.abs(Number(total) / expected - 1)).toBeLessThanOrEqual(2 * Number.EPSILON);
  });

  test('equals integer arithmetic for all amounts and rates', async () => {
    const currencies = ['USD', 'JPY', 'EUR'];
    const days = ['2026-06-01', '2026-06-02', '2026-06-03'];
    const rate = fc
      .tuple(fc.integer({ min: 0, max: 9_999 }), fc.bigInt({ min: 0n, max: 9_999_999_999n }))
      .map(([whole, fraction]) => `${whole}.${String(fraction).padStart(10, '0')}`);
    const amount = fc
      .bigInt({ min: -(10n ** 11n), max: 10n ** 11n })
      .map((units) => `${units < 0n ? '-' : ''}${decimalText(units < 0n ? -units : units)}`);
    const rates = fc.tuple(rate, rate, rate, rate, rate, rate);
    const facts = fc.array(fc.tuple(amount, fc.constantFrom(...currencies), fc.constantFrom(...days)), {
      minLength: 1,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(rates, facts, async (ratesOfDays, transactions) => {
        const rateOf = new Map(
          ['USD', 'JPY'].flatMap((currency, c) =>
            days.map((day, d) => [`${currency} ${day}`, ratesOfDays[c * 3 + d] ?? ''] as const),
          ),
        );
        await withRates(
          [...rateOf].map(([key, value]) => ({
            currency: key.slice(0, 3),
            day: key.slice(4),
            rate: value,
          })),
        );
        const expected = transactions
          .map(([sum, currency, day]) =>
            convertedMillionths(sum, currency === 'EUR' ? '1' : (rateOf.get(`${currency} ${day}`) ?? '')),
          )
          .reduce((total, units) => total + units, 0n);
        const [[total] = []] = await rowsOf(
          summary,
          transactions.map(([sum, currency, day]) => ({
            timestamp: `${day}T12:00:00Z`,
            currency,
            rate: sum,
          })),
        );
        // 12 amounts below 10^5 at rates below 10^4 are below 2^53 millionths, or lose only their
        // last digits.
        expect(Math.abs(Number(total) - Number(expected) / 1e6)).toBeLessThanOrEqual(
          Math.abs(Number(expected) / 1e6) * Number.EPSILON,
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe('a report with a row per fact', () => {
  test('keeps equal facts, orders by the leading dimensions, then by time, and computes each share', async () => {
    const plan = examplePlan({
      dataset: 'mint',
      metrics: ['rate', 'revSharePct'].map((metric) => ({ metric, function: null, alias: metric })),
      dimensions: ['developer', 'id'],
      perFact: { orderedBy: ['developer'] },
    });
    const rows = await rowsOf(plan, [
      { timestamp: '2026-06-01T00:00:02Z', developer: 'b', id: 't1', rate: '1', revenueShareAmount: '0.07' },
      { timestamp: '2026-06-01T00:00:01.250Z', developer: 'b', id: 't2', rate: '0', revenueShareAmount: '1' },
      { timestamp: '2026-06-01T00:00:03Z', developer: 'a', id: 't3', rate: '-2.5', revenueShareAmount: '1' },
      { timestamp: '2026-06-01T00:00:03Z', developer: 'a', id: 't3', rate: '-2.5', revenueShareAmount: '1' },
      { timestamp: '2026-06-01T00:00:03Z', id: 't4' },
    ]);
    expect(rows).toEqual([
      [null, null, '(not set)', 't4', '2026-06-01 00:00:03.000 UTC'],
      [-2.5, -40, 'a', 't3', '2026-06-01 00:00:03.000 UTC'],
      [-2.5, -40, 'a', 't3', '2026-06-01 00:00:03.000 UTC'],
      [0, null, 'b', 't2', '2026-06-01 00:00:01.250 UTC'],
      [1, 7, 'b', 't1', '2026-06-01 00:00:02.000 UTC'],
    ]);
  });

  test('computes the share of aggregated amounts, not an average of shares', async () => {
    const plan = examplePlan({
      dataset: 'mint',
      metrics: [{ metric: 'revSharePct', function: null, alias: 'revSharePct' }],
    });
    const rows = await rowsOf(plan, [
      { timestamp: '2026-06-01T00:00:00Z', rate: '90', revenueShareAmount: '9' },
      { timestamp: '2026-06-01T00:00:00Z', rate: '10', revenueShareAmount: '9' },
    ]);
    expect(rows).toEqual([[18]]);
  });
});

function decimalText(units: bigint): string {
  return `${units / 1_000_000n}.${String(units % 1_000_000n).padStart(6, '0')}`;
}
