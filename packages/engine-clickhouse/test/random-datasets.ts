import * as fc from 'fast-check';
import {
  catalogue,
  customColumns,
  sealedColumns,
  sealedDataset,
  storedColumns,
  valueColumns,
  withCustomFields,
  type CustomField,
  type Dataset,
  type FactRowColumn,
  type QueryRequest,
} from '@hourglass/query';
import type { Fact } from '../../query/test/facts-relation.ts';
import { modelCustomFields, modelTexts } from '../../query/test/filter-model.ts';
import { context, facts as apiFacts, factsWith } from '../../query/test/random-facts.ts';
import { requests as apiRequests, requestsOf } from '../../query/test/random-requests.ts';
import { stagedRequests } from '../../query/test/random-staged.ts';

/** A dataset with facts and requests over them. */
export interface RandomDataset {
  /** With its custom fields. */
  readonly dataset: Dataset;
  readonly customFields: readonly CustomField[];
  /** Value columns that its segments can have. */
  readonly sealed: readonly FactRowColumn[];
  readonly facts: readonly Fact[];
  readonly requests: fc.Arbitrary<QueryRequest>;
  /** In which its requests are planned. */
  readonly context: typeof context;
}

const factsSeed = 20_261_130;

/** All datasets of the catalogue. That of the gateway comes with the words that act on rows. */
export const randomDatasets: readonly RandomDataset[] = [...catalogue.values()].map((plain) => {
  const customFields = plain.takesCustomFields ? modelCustomFields : [];
  const dataset = withCustomFields(plain, customFields);
  const common = {
    dataset,
    customFields,
    sealed: valueColumns(sealedColumns(sealedDataset(plain, customFields))),
    context: { ...context, dataset: plain.name, customFields },
  };
  if (plain.name === context.dataset)
    return {
      ...common,
      facts: apiFacts,
      requests: fc
        .oneof(apiRequests, stagedRequests as typeof apiRequests)
        .map(({ request }): QueryRequest => request),
    };
  const facts = factsWith([...storedColumns(dataset), ...customColumns(dataset)], factsSeed);
  return { ...common, facts, requests: requestsWithOrder(dataset) };
});

function requestsWithOrder(dataset: Dataset): fc.Arbitrary<QueryRequest> {
  const texts = dataset.dimensions.filter(
    ({ source }) => source.kind === 'column' && source.type === 'text' && source.customFieldId === undefined,
  );
  const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
  const filters = fc
    .tuple(fc.constantFrom(...texts), fc.subarray(modelTexts, { minLength: 1 }), fc.boolean())
    .map(([{ name }, values, isWithout]) => ({
      text: `(${name} ${isWithout ? 'notin' : 'in'} ${values.map(quoted).join(',')})`,
    }));
  const names = dataset.dimensions.map(({ name }) => name);
  const custom = customColumns(dataset).flatMap(({ name }) => (names.includes(name) ? [name] : []));
  const frequent = custom.length > 0 ? custom : names;
  const direction = fc.constantFrom('asc' as const, 'desc' as const, undefined);
  return fc
    .tuple(requestsOf(dataset, { frequent, filters }), fc.boolean(), direction)
    .map(([{ request }, isOrdered, chosen]) => {
      // The last digits of a percentile decide no order.
      const [first] = (request.metrics ?? []).filter((metric) => !/^p\d/.test(metric.function ?? ''));
      if (!isOrdered || first?.alias === undefined) return request;
      return { ...request, orderBy: [{ column: first.alias, direction: chosen }] };
    });
}
