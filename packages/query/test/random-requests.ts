import * as fc from 'fast-check';
import { type Dataset, operators, queryTimeUnits, type QueryRequest } from '../src/index.ts';
import { modelFilters, type ModelFilter } from './filter-model.ts';
import { dataset, end, start } from './random-facts.ts';
import { metricsOf } from './random-metrics.ts';

const operations = fc.oneof(
  { weight: 2, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom(...operators),
        fc.constantFrom('7', '-3', '1000', '1000.0', '-0.5', '0.000001', '12345', '2'),
      )
      .map(([operator, value]) => ({ operator, value })),
  },
);
/** Most of these zones change their clocks within the range of `facts`. */
export const zoneNames = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ...['Europe/Warsaw', 'America/Santiago', 'Australia/Lord_Howe', 'Asia/Beirut', 'Antarctica/Troll'],
      ...['Asia/Gaza', 'Pacific/Chatham', 'America/Scoresbysund', 'Asia/Kolkata', 'UTC'],
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom(...Intl.supportedValuesOf('timeZone')) },
);

const metricsWithOperations = (dataset: Dataset) =>
  fc.constantFrom(...metricsOf(dataset)).chain((metric) =>
    operations
      // The last digits of an interpolation differ, and a remainder would enlarge the difference.
      .filter(
        (operation) =>
          !('operator' in operation && operation.operator === '%' && /^p\d/.test(metric.function ?? '')),
      )
      .map((operation) => ({ ...metric, ...operation })),
  );

/** Generates requests over facts of a dataset, half of the dimensions from `frequent`. */
export function requestsOf<Filter extends { readonly text: string }>(
  dataset: Dataset,
  { frequent, filters }: { readonly frequent: readonly string[]; readonly filters: fc.Arbitrary<Filter> },
): fc.Arbitrary<{ request: QueryRequest; filter: Filter | undefined }> {
  return fc
    .record({
      metrics: fc
        .array(metricsWithOperations(dataset), { maxLength: 4 })
        .map((chosen) => chosen.map((metric, index) => ({ ...metric, alias: `m${index}` }))),
      dimensions: fc.uniqueArray(
        fc.oneof(
          fc.constantFrom(...dataset.dimensions.map(({ name }) => name)),
          fc.constantFrom(...frequent),
        ),
        { maxLength: 3 },
      ),
      groupByTimeUnit: fc.option(fc.constantFrom(...queryTimeUnits), { nil: undefined }),
      zone: fc.oneof(
        fc.constant({}),
        fc.record({ utcOffsetMinutes: fc.integer({ min: -840, max: 840 }) }),
        fc.record({ timeZone: zoneNames }),
      ),
      limit: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
      filter: fc.option(filters, { nil: undefined, freq: 9 }),
    })
    .filter(({ metrics: chosen, dimensions }) => chosen.length + dimensions.length > 0)
    .map(({ filter, zone, ...request }) => ({
      request: { ...request, ...zone, filter: filter?.text, timeRange: { start, end } },
      filter,
    }));
}

/** Requests over `facts`, each with the model of its filter. */
export const requests: fc.Arbitrary<{ request: QueryRequest; filter: ModelFilter | undefined }> = requestsOf(
  dataset,
  {
    frequent: ['apiproxy', 'response_status_code', 'created', 'ax_hour_of_day', 'dc_ok', 'dc_due', 'dc_plan'],
    filters: modelFilters,
  },
);
