import { readFile } from 'node:fs/promises';
import { bindPlan, catalogue, readFilter, withCustomFields, type Plan } from '@hourglass/query';
import { temporaryFolder, type TemporaryFolder } from '@hourglass/testing';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Fact } from '../../query/test/facts-relation.ts';
import { modelCustomFields, modelFilters, modelIntegers, modelTexts } from '../../query/test/filter-model.ts';
import { databaseWithTenant, planOf, type DatabaseWithTenant } from './database-with-tenant.ts';
import { api } from './encoded-facts.ts';

const never = new AbortController().signal;
const dataset = withCustomFields(api, modelCustomFields);
/** Facts with the filters' texts and numbers; some values are missing. */
const facts: readonly Fact[] = fc.sample(
  fc.record({
    timestamp: fc.constantFrom('2026-01-01T00:00:00.000Z', '2026-03-01T03:00:00.000Z'),
    apiproxy: fc.constantFrom(null, ...modelTexts, '"\\{},', 'null', '"'),
    target: fc.constantFrom(null, ...modelTexts),
    response_status_code: fc.constantFrom(null, ...modelIntegers),
    apiproxy_revision: fc.constantFrom(null, ...modelIntegers),
    total_response_time: fc.constantFrom(null, ...modelIntegers),
    is_error: fc.constantFrom(null, 0, 1),
    message_count: fc.constantFrom(null, ...modelIntegers),
  }),
  { numRuns: 400, seed: 5 },
);

let db: DatabaseWithTenant;
let folder: TemporaryFolder;
beforeAll(async () => {
  [db, folder] = await Promise.all([databaseWithTenant(), temporaryFolder()]);
  const rows = facts.map((fact, index) => ({
    ...fact,
    environment_id: db.tenant.environmentId,
    batch_seq: 1,
    gateway_flow_id: String(index),
  }));
  await db.sql(
    `insert into batches (environment_id, dataset, seq, id, accepted, body_sha256) values ($1, 'api', 1, 'facts', $2, '')`,
    [db.tenant.environmentId, facts.length],
  );
  await db.sql(
    'insert into hot_api_facts select * from json_populate_recordset(null::hot_api_facts, $1::json)',
    [JSON.stringify(rows)],
  );
});
afterAll(async () => {
  await Promise.all([db.close(), folder.remove()]);
});

/** Returns the indices of the facts that are copied for a plan with the filter. */
async function copied(text: string): Promise<ReadonlySet<number>> {
  const read = readFilter(text, dataset);
  if (!read.ok) throw new Error(read.message);
  const plan: Plan = {
    ...planOf(db.tenant),
    metrics: [],
    dimensions: ['gateway_flow_id'],
    filter: read.filter,
    customFields: modelCustomFields,
  };
  const { hotFactsPath, hotRows } = await db.database.factSource.snapshot(bindPlan(plan, catalogue), {
    directory: folder.path,
    signal: never,
    timeoutMs: 60_000,
  });
  const file = await readFile(hotFactsPath, 'utf8');
  const lines = file.split('\n');
  const position = lines[0]?.split(',').indexOf('gateway_flow_id') ?? -1;
  // Texts with line breaks make more lines than facts.
  const flows = [...file.matchAll(csvRow)].slice(1).map(([row]) => Number(fieldsOf(row)[position]));
  expect(flows.length).toBe(hotRows);
  return new Set(flows);
}

/** Match a CSV row up to an unquoted line break, and a field. */
const csvRow = /(?:[^"\n]|"(?:[^"]|"")*")+\n/g;
const fieldsOf = (row: string) => row.trimEnd().match(/(?:[^",]|"(?:[^"]|"")*")+|(?<=,|^)(?=,|$)/g) ?? [];

const indicesOf = (matches: (fact: Fact) => boolean) =>
  facts.flatMap((fact, index) => (matches(fact) ? [index] : []));

test('every fact that matches a filter is copied, for any filter', async () => {
  await fc.assert(
    fc.asyncProperty(modelFilters, async ({ text, matches }) => {
      const found = await copied(text);
      expect(indicesOf(matches).filter((index) => !found.has(index))).toEqual([]);
    }),
    { numRuns: 150 },
  );
});

const status = ({ response_status_code: code }: Fact) => (typeof code === 'number' ? code : NaN);

test.each<[string, (fact: Fact) => boolean]>([
  ["apiproxy eq 'b'", ({ apiproxy }) => apiproxy === 'b'],
  ["apiproxy eq ''", ({ apiproxy }) => apiproxy === ''],
  [
    `apiproxy in ('"\\{},','null','"','''')`,
    ({ apiproxy }) => ['"\\{},', 'null', '"', "'"].includes(String(apiproxy ?? 'none')),
  ],
  ['response_status_code ge 200', (fact) => status(fact) >= 200],
  ['response_status_code in (-1,404)', (fact) => [-1, 404].includes(status(fact))],
  ['error_count lt 1', ({ is_error: error }) => error === 0],
  [
    "response_status_code gt 0 and (response_status_code le 404 and target eq 'é') and apiproxy isnot null",
    (fact) => status(fact) > 0 && status(fact) <= 404 && fact['target'] === 'é',
  ],
])('%s: only the facts that meet it are copied', async (text, matches) => {
  const expected = indicesOf(matches);
  expect(expected.length).toBeGreaterThan(0);
  expect(expected.length).toBeLessThan(facts.length);
  expect([...(await copied(text))].toSorted((a, b) => a - b)).toEqual(expected);
});

test.each([
  "apiproxy eq 'b' or target eq 'b'",
  "apiproxy ne 'b'",
  "apiproxy lt 'b'",
  'response_status_code notin (200)',
  "dc_plan eq 'a' and dc_total gt 5",
  "ax_hour_of_day eq '03' and organization eq 'acme'",
])('%j: all facts are copied, as the engine has to look at them', async (text) => {
  expect((await copied(text)).size).toBe(facts.length);
});
