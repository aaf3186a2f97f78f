import * as fc from 'fast-check';
import { catalogue, type ColumnType, customColumns, storedColumns, withCustomFields } from '../src/index.ts';
import { environmentId, type Fact } from './facts-relation.ts';
import {
  modelCustomFields,
  modelDecimals,
  modelFloats,
  modelIntegers,
  modelTexts,
  modelTimes,
} from './filter-model.ts';

/** Clocks change in Europe on 29 March, in Chile and Australia on 5 April, elsewhere in between. */
export const start = '2026-03-24T00:00:00Z';
export const end = '2026-04-06T12:00:00Z';
const startMs = Date.parse(start);
const endMs = Date.parse(end);
const tenant = { organization: 'acme', environment: 'prod', environmentId };
/** The context in which requests over the facts are planned. */
export const context = {
  ...{ catalogue, dataset: 'api', tenant },
  ...{ customFields: modelCustomFields, nowMs: endMs },
};
const api = catalogue.get('api');
if (api === undefined) throw new Error('no dataset');
export const dataset = withCustomFields(api, modelCustomFields);
export const columns = [...storedColumns(dataset), ...customColumns(dataset)];

const values: Record<ColumnType, fc.Arbitrary<string | number | boolean>> = {
  text: fc.constantFrom(...modelTexts),
  integer: fc.oneof(fc.constantFrom(...modelIntegers), fc.integer({ min: -(2 ** 40), max: 2 ** 40 })),
  decimal: fc.constantFrom(...modelDecimals),
  float: fc.constantFrom(...modelFloats),
  boolean: fc.boolean(),
  timestamp: fc.constantFrom(...modelTimes),
};
/** Generates facts with these columns from a fixed seed. */
export function factsWith(
  columns: readonly { readonly name: string; readonly type: ColumnType }[],
  seed: number,
): readonly Fact[] {
  const fact: fc.Arbitrary<Fact> = fc.record({
    ...Object.fromEntries(columns.map(({ name, type }) => [name, fc.option(values[type], { freq: 3 })])),
    environment_id: fc.constantFrom(environmentId, environmentId, environmentId, environmentId + 1),
    timestamp: fc.oneof(
      fc.constantFrom(startMs - 1, startMs, endMs - 1, endMs).map((ms) => new Date(ms).toISOString()),
      fc
        .integer({ min: startMs - 86_400_000, max: endMs + 86_400_000 })
        .map((ms) => new Date(ms).toISOString()),
    ),
  });
  return fc.sample(fact, { numRuns: 200, seed });
}

/** All queries share one table. */
export const facts = factsWith(columns, 20_260_301);
