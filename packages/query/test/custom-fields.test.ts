import { describe, expect, test } from 'vitest';
import {
  bindPlan,
  catalogue,
  compileHotFactsCopy,
  compileReport,
  faultOfCustomFieldName,
  hotFactsColumns,
  outputColumns,
  parsePlan,
  planQuery,
  storedColumns,
  withCustomFields,
  type CustomField,
  type Dataset,
  type QueryRequest,
} from '../src/index.ts';

const api = catalogue.get('api') as Dataset;
const fields: readonly CustomField[] = [
  { id: 4, name: 'dc_total', type: 'INTEGER' },
  { id: 7, name: 'dcRatio', type: 'FLOAT' },
  { id: 5, name: 'dc_plan', type: 'STRING' },
  { id: 6, name: 'dc_ok', type: 'BOOLEAN' },
  { id: 12, name: 'dc_due', type: 'DATETIME' },
];

function plan(request: Omit<QueryRequest, 'timeRange'>, customFields = fields) {
  return planQuery(
    { ...request, timeRange: 'last24hours' },
    {
      catalogue,
      dataset: 'api',
      tenant: { organization: 'acme', environment: 'prod', environmentId: 7 },
      customFields,
      nowMs: Date.UTC(2026, 2, 2),
    },
  );
}

function planned(request: Omit<QueryRequest, 'timeRange'>) {
  const result = plan(request);
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.plan;
}

function faultsOf(request: Omit<QueryRequest, 'timeRange'>, customFields = fields) {
  const result = plan(request, customFields);
  return result.ok ? [] : result.faults.map(({ field, message }) => `${field}: ${message}`);
}

describe('a dataset with custom fields', () => {
  test('has numeric fields as metrics with six functions, others as dimensions, and no stored columns', () => {
    const seen = withCustomFields(api, fields);
    expect(
      seen.metrics.slice(api.metrics.length).map(({ name, functions }) => [name, functions.join(' ')]),
    ).toEqual([
      ['dc_total', 'sum avg min max percentile approx_percentile'],
      ['dcRatio', 'sum avg min max percentile approx_percentile'],
    ]);
    expect(seen.dimensions.slice(api.dimensions.length).map(({ name }) => name)).toEqual([
      'dc_plan',
      'dc_ok',
      'dc_due',
    ]);
    expect(storedColumns(seen)).toEqual(storedColumns(api));
  });

  test('keeps its own columns if a field has the same name', () => {
    const shadowed: CustomField = { id: 1, name: 'ApiProxy', type: 'INTEGER' };
    expect(withCustomFields(api, [shadowed])).toEqual(withCustomFields(api, []));
  });
});

test.each([
  ['dc_total', null],
  ['X', null],
  [`a${'b'.repeat(62)}`, null],
  [`a${'b'.repeat(63)}`, 'at most 62 letters'],
  ['', 'expected a letter'],
  ['_a', 'expected a letter'],
  ['a-b', 'expected a letter'],
  ['a"; drop table x', 'expected a letter'],
  ['__proto__', 'expected a letter'],
  ['Timestamp', 'reserved'],
  ['environment_id', 'reserved'],
  ['custom_fields', 'reserved'],
  ['MINUTE', 'reserved'],
  ['c12', 'reserved'],
  ['apiproxy', 'is already a metric or dimension'],
  ['API_product', 'is already a metric or dimension'],
  ['tps', 'is already a metric or dimension'],
])('the name %j of a custom field: %j', (name, fault) => {
  const found = faultOfCustomFieldName(name, api);
  if (fault === null) expect(found).toBe(null);
  else expect(found).toContain(fault);
});

describe('a plan', () => {
  const used = planned({
    metrics: [{ name: 'dcRatio' }],
    dimensions: ['dc_ok', 'apiproxy'],
    filter: "dc_due ge '2026-01-01T00:00:00Z' and dc_ok eq true",
  });

  test('carries only the fields that it reads, and survives storage', () => {
    expect(used.customFields).toEqual([fields[1], fields[3], fields[4]]);
    expect(parsePlan(JSON.parse(JSON.stringify(used)))).toEqual(used);
    expect(planned({ dimensions: ['apiproxy'] })).not.toHaveProperty('customFields');
  });

  test('copies values by field id, and compiles without the declared fields', () => {
    expect(hotFactsColumns(bindPlan(used, catalogue)).slice(2)).toEqual([
      { name: 'apiproxy', type: 'text' },
      { name: 'dc_ok', type: 'boolean', customFieldId: 6 },
      { name: 'dc_due', type: 'timestamp', customFieldId: 12 },
      { name: 'dcRatio', type: 'float', customFieldId: 7 },
    ]);
    expect(compileHotFactsCopy(bindPlan(used, catalogue)).sql).toContain(
      `"apiproxy" as "apiproxy", "custom_fields" ->> '6' as "dc_ok", "custom_fields" ->> '12' as "dc_due", ` +
        `"custom_fields" ->> '7' as "dcRatio" from "hot_api_facts_in_scope"`,
    );
    expect(compileReport(bindPlan(used, catalogue)).sql).toContain('fsum("dcRatio")');
    expect(outputColumns(bindPlan(used, catalogue))).toEqual([
      { name: 'sum_dcRatio', kind: 'float' },
      { name: 'dc_ok', kind: 'text', shows: 'boolean' },
      { name: 'apiproxy', kind: 'text' },
    ]);
  });

  test.each<[Omit<QueryRequest, 'timeRange'>, string]>([
    [{ metrics: [{ name: 'dc_plan' }] }, 'metrics[0].name: "dc_plan" is a dimension, not a metric'],
    [{ dimensions: ['dc_total'] }, 'dimensions[0]: "dc_total" is a metric, not a dimension'],
    [{ dimensions: ['dc_plans'] }, 'Did you mean "dc_plan"?'],
    [{ metrics: [{ name: 'dc_total', function: 'median' }] }, 'expected sum, avg, min, max, percentile'],
    [{ dimensions: ['apiproxy'], filter: 'dc_total eq 1.5' }, 'because "dc_total" is of type integer'],
  ])('%j is refused', (request, fault) => {
    expect(faultsOf(request).join()).toContain(fault);
  });

  test('refuses a field that is not declared', () => {
    expect(faultsOf({ dimensions: ['dc_ok'] }, [])).toEqual([
      expect.stringContaining('dimensions[0]: "dc_ok" is not a dimension'),
    ]);
  });

  test.each([{ id: 0 }, { id: '6' }, { name: 'a"b' }, { type: 'TEXT' }])(
    'that was stored with a field of %j is refused',
    (change) => {
      const stored = { ...used, customFields: [{ ...fields[3], ...change }] };
      expect(() => parsePlan(stored)).toThrow(/stored plan cannot be read/);
    },
  );
});
