import { expect, test } from 'vitest';
import { parsePlan, type Plan } from '../src/index.ts';
import { examplePlan } from './facts-relation.ts';

const plans: [string, Plan][] = [
  ['the smallest', examplePlan({ dimensions: ['apiproxy'] })],
  [
    'a row for every fact, with converted amounts',
    examplePlan({
      dataset: 'mint',
      metrics: [{ metric: 'rate', function: null, alias: 'rate' }],
      dimensions: ['id', 'developer'],
      perFact: { orderedBy: ['developer'] },
      targetCurrency: 'EUR',
    }),
  ],
  [
    'one that uses everything',
    examplePlan({
      timeUnit: 'week',
      metrics: [
        {
          metric: 'message_count',
          function: 'sum',
          alias: '__proto__',
          operation: { operator: '/', value: '1000.0' },
        },
        { metric: 'app_count', function: null, alias: 'apps' },
      ],
      dimensions: ['apiproxy', 'environment'],
      filter: {
        kind: 'or',
        parts: [
          {
            kind: 'and',
            parts: [
              { kind: 'compare', field: 'apiproxy', type: 'text', operator: 'ne', value: "it's" },
              {
                kind: 'in',
                field: 'response_status_code',
                type: 'integer',
                negated: true,
                values: ['9223372036854775807'],
              },
            ],
          },
          { kind: 'like', field: 'apiproxy', negated: false, pattern: '%a' },
          { kind: 'similar', field: 'fees', negated: true, pattern: '[0-9]+' },
          { kind: 'null', field: 'created', negated: true },
        ],
      },
      limitRows: 5,
      output: { format: 'csv', delimiter: '\t' },
    }),
  ],
  ['in parquet', examplePlan({ output: { format: 'parquet' } })],
  ['in xlsx', examplePlan({ output: { format: 'xlsx' } })],
  [
    'with every CSV option',
    examplePlan({ output: { format: 'csv', delimiter: ',', bom: true, header: false, safe: true } }),
  ],
];

const stats = examplePlan({
  timeUnit: 'millennium',
  utcOffsetMinutes: -840,
  groups: { sortBy: [0], descending: true, offset: 3, limit: 0, newestFirst: true },
});

const zoned = examplePlan({
  timeUnit: 'day',
  timeZone: {
    name: 'Africa/Monrovia',
    offsets: [
      { fromMs: 60_000_000_000, offsetSeconds: -2_670 },
      { fromMs: 63_593_070_000, offsetSeconds: 0 },
    ],
  },
});

test.each([...plans, ['one of statistics', stats] as const, ['one with a time zone', zoned] as const])(
  'a stored plan is read as it was written: %s',
  (_title, plan) => {
    const read = parsePlan(JSON.parse(JSON.stringify(plan)));
    expect(read).toEqual(plan);
    expect(Object.isFrozen(read)).toBe(true);
    expect(Object.isFrozen(read.tenant)).toBe(true);
    expect(Object.isFrozen(read.metrics)).toBe(true);
  },
);

test('a plan that was stored by a version without filters has none', () => {
  const { filter, ...stored } = examplePlan({
    metrics: [{ metric: 'message_count', function: 'sum', alias: 'calls' }],
  });
  expect(parsePlan(stored)).toEqual({ ...stored, filter });
  expect(filter).toBe(null);
});

test('a plan of another version is refused with its number', () => {
  expect(() => parsePlan({ ...examplePlan({}), version: 2 })).toThrow(/version 2; expected version 1/);
});

test.each<[string, unknown]>([
  ['nothing', null],
  ['text', '{}'],
  ['no properties', {}],
  ['no tenant', { ...examplePlan({}), tenant: undefined }],
  ['a property that this version does not know', { ...examplePlan({}), offset: 5 }],
  ['a filter of an unknown kind', { ...examplePlan({}), filter: { kind: 'xor', parts: [] } }],
  ['a filter without parts', { ...examplePlan({}), filter: { kind: 'and' } }],
  [
    'an unknown operator',
    {
      ...examplePlan({}),
      metrics: [
        { metric: 'is_error', function: 'sum', alias: 'x', operation: { operator: '^', value: '1' } },
      ],
    },
  ],
  ['an unknown time unit', { ...examplePlan({}), timeUnit: 'fortnight' }],
  [
    'a time with a fraction of a millisecond',
    { ...examplePlan({}), range: { startMs: 0.5, endExclusiveMs: 1 } },
  ],
  ['an offset beyond every zone', { ...examplePlan({}), utcOffsetMinutes: 841 }],
  ['an offset of half a minute', { ...examplePlan({}), utcOffsetMinutes: 0.5 }],
  ['a time zone without offsets', { ...examplePlan({}), timeZone: { name: 'Europe/Warsaw', offsets: [] } }],
  ['a time zone that is only a name', { ...examplePlan({}), timeZone: 'Europe/Warsaw' }],
  [
    'an offset in fractions of a second',
    { ...examplePlan({}), timeZone: { name: 'Europe/Warsaw', offsets: [{ fromMs: 0, offsetSeconds: 0.5 }] } },
  ],
  ['a limit of no rows', { ...examplePlan({}), limitRows: 0 }],
  [
    'a CSV option that means nothing',
    { ...examplePlan({}), output: { format: 'csv', delimiter: ',', bom: false } },
  ],
  ['an unknown delimiter', { ...examplePlan({}), output: { format: 'csv', delimiter: ';' } }],
])('a value that is not a plan is refused: %s', (_title, value) => {
  expect(() => parsePlan(value)).toThrow(/stored plan cannot be read/);
});
