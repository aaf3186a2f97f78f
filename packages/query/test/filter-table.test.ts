import { afterAll, beforeAll, expect, test } from 'vitest';
import { bindPlan, catalogue, compileReport, planQuery, type Plan } from '../src/index.ts';
import { environmentId, openDuckDB, type Fact } from './facts-relation.ts';

let duckdb: Awaited<ReturnType<typeof openDuckDB>>;
beforeAll(async () => {
  duckdb = await openDuckDB();
});
afterAll(() => duckdb.close());

function planOf(filter: string): Plan {
  const planned = planQuery(
    {
      metrics: [{ name: 'message_count', alias: 'calls' }],
      dimensions: ['flow_resource'],
      timeRange: { start: '2026-01-01T00:00:00Z', end: '2026-12-31T00:00:00Z' },
      filter,
    },
    {
      catalogue,
      dataset: 'api',
      tenant: { organization: 'acme', environment: 'prod', environmentId },
      nowMs: Date.UTC(2027, 0),
    },
  );
  if (!planned.ok) throw new Error(JSON.stringify(planned.faults));
  return planned.plan;
}

/** Returns the names of the matching facts in alphabetical order. */
async function passed(filter: string, facts: readonly Fact[]): Promise<string> {
  const { rows } = await duckdb.report(planOf(filter), facts);
  return rows.map(([, name]) => String(name)).join(' ');
}

const fact = (name: string, rest: Omit<Fact, 'timestamp'>): Fact => ({
  timestamp: '2026-03-01T22:15:00Z',
  flow_resource: name,
  message_count: 1,
  ...rest,
});
const proxies = [
  fact('ethor', { apiproxy: 'ethorapi' }),
  fact('weather', { apiproxy: 'weather-api' }),
  fact('search', { apiproxy: 'Search' }),
  fact('view', { apiproxy: 'ViewItem' }),
  fact('non', { apiproxy: 'non-prod' }),
  fact('buy', { apiproxy: 'Prod-buy-item' }),
  fact('unset', {}),
];
const statuses = [200, 300, 399, 400, 401, 500, 501, 504].map((code) =>
  fact(`s${code}`, { response_status_code: code, target_response_code: code, response_size: code * 2 }),
);
statuses.push(fact('unset', { response_size: 1_000 }));

// The contract's table of filter tokens, row by row.
test.each([
  ['(message_count ge 0)', proxies, 'buy ethor non search unset view weather'],
  ["(apiproxy in 'ethorapi','weather-api')", proxies, 'ethor weather'],
  ["(apiproxy in 'ethorapi')", proxies, 'ethor'],
  ["(apiproxy in 'Search','ViewItem')", proxies, 'search view'],
  ['(response_status_code in 400,401,500,501)', statuses, 's400 s401 s500 s501'],
  ['(response_status_code notin 400,401,500,501)', statuses, 's200 s300 s399 s504'],
  ['(response_status_code eq 504)', statuses, 's504'],
  ["(apiproxy eq 'non-prod')", proxies, 'non'],
  ['(response_status_code ne 500)', statuses, 's200 s300 s399 s400 s401 s501 s504'],
  ["(apiproxy ne 'non-prod')", proxies, 'buy ethor search view weather'],
  ['(response_status_code gt 500)', statuses, 's501 s504'],
  ['(response_status_code lt 500)', statuses, 's200 s300 s399 s400 s401'],
  ['(target_response_code ge 400)', statuses, 's400 s401 s500 s501 s504'],
  ['(target_response_code le 300)', statuses, 's200 s300'],
  ["(apiproxy like '%buy%')", proxies, 'buy'],
  ["(apiproxy like '%item')", proxies, 'buy'],
  ["(apiproxy like 'Prod%')", proxies, 'buy'],
  ["(response_status_code like '4%')", statuses, 's400 s401'],
  ["(apiproxy not like '%buy%')", proxies, 'ethor non search view weather'],
  ["(apiproxy not like '%item')", proxies, 'ethor non search view weather'],
  ["(apiproxy not like 'Prod%')", proxies, 'ethor non search view weather'],
  ['(target_response_code gt 399) and (response_status_code ge 400)', statuses, 's400 s401 s500 s501 s504'],
  ['(response_size ge 1000) or (response_status_code eq 500)', statuses, 's500 s501 s504 unset'],
  ["(apiproxy similar to '(ethor|weather-)api')", proxies, 'ethor weather'],
  ["(apiproxy not similar to '%[A-Z]%')", proxies, 'ethor non weather'],
  ['(apiproxy is null)', proxies, 'unset'],
  ['(apiproxy isnot null)', proxies, 'buy ethor non search view weather'],
])('%s', async (filter, facts, expected) => {
  expect(await passed(filter, facts)).toBe(expected);
});

test.each([
  ["organization eq 'acme' and environment eq 'prod'", 'a b'],
  ["environment ne 'prod'", ''],
  ["ax_hour_of_day eq '22' and ax_day_of_week eq 'Sun'", 'a b'],
  ["ax_month_of_year gt '03'", ''],
  ['fees eq 1.5', 'a'],
  ["fees like '1.5'", 'a'],
  ["fees similar to '[0-9]+'", 'b'],
  ["created eq '2026-02-01T00:00:00.045Z'", 'a'],
  ["created like '2026-02-01 00:00:00.045 UTC'", 'a'],
  ['error_count eq 1', 'b'],
  ["target eq '(not set)'", 'b'],
])('filters by derived fields, aliases and shown forms: %s', async (filter, expected) => {
  const facts = [
    fact('a', { fees: '1.500000', created: '2026-02-01T00:00:00.0459', is_error: 0 }),
    fact('b', { fees: '20', is_error: 1, target: '(not set)' }),
  ];
  expect(await passed(filter, facts)).toBe(expected);
});

test('hostile values are treated as data: they match only their own fact', async () => {
  const hostile = [
    "'; drop table facts; --",
    "' or '1'='1",
    "a') or (1=1",
    '"; drop table facts; --',
    '$1',
    '%',
    '\\',
    '/* */ union select 1',
    "x'41'",
  ];
  const facts = hostile.map((target, index) => fact(`f${index}`, { target }));
  for (const [index, value] of hostile.entries()) {
    const written = `'${value.replaceAll("'", "''")}'`;
    const pattern = written.replace(/[\\%_]/g, String.raw`\$&`);
    const similar = written.replace(/[^A-Za-z0-9' ]/g, String.raw`\$&`);
    expect(await passed(`target eq ${written}`, facts)).toBe(`f${index}`);
    expect(await passed(`target in ${written},'nothing'`, facts)).toBe(`f${index}`);
    expect(await passed(`target like ${pattern}`, facts)).toBe(`f${index}`);
    expect(await passed(`target similar to ${similar}`, facts)).toBe(`f${index}`);
    expect(compileReport(bindPlan(planOf(`target eq ${written}`), catalogue)).sql).not.toContain('drop');
  }
  expect((await duckdb.query('select count(*) from facts')).rows).toEqual([[BigInt(hostile.length)]]);
});

test('the longest accepted lists and the largest accepted patterns run', async () => {
  const facts = [fact('a', { target: 'x'.repeat(1_000), response_status_code: 9_999 })];
  const items = Array.from({ length: 10_000 }, (_, index) => index).join(',');
  expect(await passed(`response_status_code in ${items}`, facts)).toBe('a');
  const patterns = [
    '_{1000}',
    '[^a]{1000}',
    '[[:alpha:]]{1000}',
    '(x{1,30}){32}%',
    'x?'.repeat(1_000),
    '(%x){300}%',
  ];
  for (const pattern of patterns) expect(await passed(`target similar to '${pattern}'`, facts)).toBe('a');
  expect(await passed(`target like '${'_'.repeat(1_000)}'`, facts)).toBe('a');
  const deep = `${'(target is null or (target isnot null and '.repeat(50)}target isnot null${'))'.repeat(50)}`;
  expect(await passed(deep, facts)).toBe('a');
  expect(await passed(Array(1_000).fill('target isnot null').join(' and '), facts)).toBe('a');
});
