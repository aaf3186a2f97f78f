import { describe, expect, test } from 'vitest';
import {
  bindPlan,
  catalogue,
  clickhouseDialect,
  clickhouseRefusal,
  compileReport,
  compileReportLines,
  type Plan,
} from '../src/index.ts';
import { examplePlan } from './facts-relation.ts';

const dialect = clickhouseDialect({ relation: "s3Cluster('hourglass', store)" });
const calls = { metric: 'message_count', function: 'sum', alias: 'calls' } as const;
const hostile = String.raw`O'Hara\' or 1 = 1 --`;

describe('statements for ClickHouse', () => {
  test('read a table function that no subquery hides, so that nodes aggregate their own facts', () => {
    const plan = examplePlan({ metrics: [calls], dimensions: ['apiproxy'], timeUnit: 'hour' });
    expect(compileReport(bindPlan(plan, catalogue), dialect).sql).toContain(
      `from s3Cluster('hourglass', store) as "facts" where "environment_id" = `,
    );
  });

  test('have typed placeholders and no value of a request', () => {
    const plan = examplePlan({
      metrics: [{ ...calls, operation: { operator: '*', value: '1.5' } }],
      dimensions: ['apiproxy'],
      filter: {
        kind: 'or',
        parts: [
          { kind: 'compare', field: 'apiproxy', operator: 'eq', type: 'text', value: hostile },
          { kind: 'like', field: 'apiproxy', pattern: `%${hostile}`, negated: false },
        ],
      },
      limitRows: 5,
    });
    const { sql: text, parameters } = compileReport(bindPlan(plan, catalogue), dialect);
    expect(text).not.toContain('Hara');
    expect(parameters).toContain(hostile);
    const typed = parameters.map(
      (value, index) => `{p${index + 1}:${typeof value === 'string' ? 'String' : 'Int64'}}`,
    );
    expect(text.match(/\{p\d+:\w+\}/g)).toEqual(typed);
  });

  test('convert amounts without a join, so that nodes aggregate their own facts', () => {
    const plan = examplePlan({
      dataset: 'mint',
      metrics: [{ metric: 'rate', function: 'sum', alias: 'rate' }],
      dimensions: ['developer'],
      targetCurrency: 'EUR',
    });
    const exchangeRates = [{ day: '2026-06-01', currency: 'USD', rate: '0.9' }];
    const converting = clickhouseDialect({ relation: "s3Cluster('hourglass', store)", exchangeRates });
    const { sql: text } = compileReport(bindPlan(plan, catalogue), converting);
    expect(text).toContain(`from s3Cluster('hourglass', store) as "facts" where `);
    expect(text).not.toContain('join');
    expect(text).toContain(`splitByChar(',', '2026-06-01 USD')`);
  });

  test('write each backslash of a literal twice, because ClickHouse reads escapes', () => {
    const plan = examplePlan({ dimensions: ['apiproxy'], output: { format: 'json' } });
    const { sql: text } = compileReportLines(bindPlan(plan, catalogue), dialect);
    expect(text).toContain(String.raw`match("c0", '[\\x00-\\x1f]')`);
    expect(text).toContain(String.raw`replaceAll("c0", '\\', '\\\\')`);
  });
});

describe('a plan that ClickHouse would answer differently is refused:', () => {
  const millennium: Partial<Plan> = { timeUnit: 'millennium', metrics: [calls] };
  const rangeTo = (year: number) => ({ startMs: Date.UTC(2000, 0, 1), endExclusiveMs: Date.UTC(year, 0, 1) });
  test.each<[string, Partial<Plan>, RegExp | null]>([
    ['none', { metrics: [calls] }, null],
    [
      'an estimate',
      { metrics: [{ metric: 'client_ip', function: 'approx_distinct', alias: 'a' }] },
      /the estimate of approx_distinct/,
    ],
    [
      'a remainder of fractions',
      { metrics: [{ ...calls, operation: { operator: '%', value: '0.5' } }] },
      /remainder/,
    ],
    [
      'not a remainder of whole numbers',
      { metrics: [{ ...calls, operation: { operator: '%', value: '3' } }] },
      null,
    ],
    ['not a conversion', { metrics: [calls], targetCurrency: 'EUR' }, null],
    ['not parquet', { metrics: [calls], output: { format: 'parquet' } }, null],
    ['not a millennium from 2000 on', { ...millennium, range: rangeTo(2026) }, null],
    [
      'a millennium before 2000',
      { ...millennium, range: { startMs: Date.UTC(1999, 11, 31), endExclusiveMs: Date.UTC(2026, 0, 1) } },
      /millennium/,
    ],
    ['not a range to 2199', { metrics: [calls], range: rangeTo(2199) }, null],
    ['a range beyond', { metrics: [calls], range: rangeTo(2200) }, /2299/],
  ])('%s', (_, parts, reason) => {
    const refusal = clickhouseRefusal(bindPlan(examplePlan(parts), catalogue));
    if (reason === null) expect(refusal).toBeNull();
    else expect(refusal).toMatch(reason);
  });
});
