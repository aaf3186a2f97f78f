import {
  type Catalogue,
  type Dataset,
  type Metric,
  partialAggregates,
  partialsOfFunction,
  storedColumns,
} from './dataset.ts';
import { findDimension, findMetric } from './look-up.ts';
import { foldedName, identifier, isReserved } from './names.ts';

const lowerCaseIdentifier = /^[a-z][a-z0-9_]{0,62}$/;

/** Throws one error that lists every fault by which a report could be wrong or fail to compile. */
export function checkCatalogue(catalogue: Catalogue): void {
  const faults: string[] = [];
  for (const [name, dataset] of catalogue) {
    if (name !== dataset.name) faults.push(`dataset "${dataset.name}" is registered as "${name}"`);
    for (const fault of faultsOf(dataset)) faults.push(`dataset "${name}": ${fault}`);
  }
  const tables = [...catalogue.values()].map((dataset) => dataset.hotTable);
  for (const table of repeated(tables)) faults.push(`hot table "${table}" belongs to more than one dataset`);
  if (faults.length > 0) throw new Error(`the catalogue is faulty:\n${faults.join('\n')}`);
}

function faultsOf(dataset: Dataset): readonly string[] {
  const names = [...dataset.dimensions, ...dataset.metrics].map(({ name }) => name);
  return [
    ...[dataset.name, dataset.hotTable]
      .filter((name) => !lowerCaseIdentifier.test(name))
      .map((name) => `"${name}" is not a lower-case identifier of at most 63 characters`),
    ...names
      .filter((name) => !identifier.test(name))
      .map((name) => `"${name}" is not an identifier of at most 63 characters`),
    ...repeated(names.map(foldedName)).map((name) => `"${name}" is declared more than once`),
    ...storedColumns(dataset)
      .filter(({ name }) => /^custom_[0-9]+$/.test(name))
      .map(({ name }) => `"${name}" is a name of custom fields in segments`),
    ...names.filter(isReserved).map((name) => `"${name}" is reserved`),
    ...dataset.metrics.flatMap((metric) => [
      ...faultsOfFunctions(metric),
      ...faultsOfSource(metric, dataset),
      ...faultsOfPartials(metric),
    ]),
    ...faultsOfMoney(dataset),
  ];
}

function faultsOfFunctions({ name, functions, source }: Metric): readonly string[] {
  const faults = repeated(functions).map((repeat) => `metric "${name}" lists the function "${repeat}" twice`);
  const takesFunction = source.kind === 'column' || source.kind === 'alias';
  if (takesFunction && functions.length === 0) faults.push(`metric "${name}" has no function`);
  if (!takesFunction && functions.length > 0)
    faults.push(`metric "${name}" takes no function but lists some`);
  return faults;
}

function faultsOfPartials({ name, functions, source, partials }: Metric): readonly string[] {
  const needed = new Set(functions.flatMap((chosen) => partialsOfFunction[chosen]));
  if (source.kind === 'rate' || source.kind === 'percent') needed.add('sum');
  const expected = partialAggregates.filter((partial) => needed.has(partial)).join(', ');
  const stated = partialAggregates.filter((partial) => partials.includes(partial)).join(', ');
  if (stated === expected) return [];
  return [`metric "${name}" is re-aggregated from "${stated}"; its functions need "${expected}"`];
}

function faultsOfSource({ name, source }: Metric, dataset: Dataset): readonly string[] {
  switch (source.kind) {
    case 'column': {
      if (source.whenMissing?.kind !== 'at-least') return [];
      const { column } = source.whenMissing;
      const target = storedColumns(dataset).find((candidate) => candidate.name === column && column !== name);
      if (target?.type === 'integer' || target?.type === 'decimal') return [];
      return [`metric "${name}" is derived from "${column}", which is not another integer or decimal column`];
    }
    case 'alias':
      if (findMetric(dataset, source.metric)?.source.kind === 'column') return [];
      return [`metric "${name}" is an alias of "${source.metric}", which is not a metric with a column`];
    case 'distinct':
      if (findDimension(dataset, source.dimension)?.source.kind === 'column') return [];
      return [`metric "${name}" counts "${source.dimension}", which is not a dimension with a column`];
    case 'rate':
      if (findMetric(dataset, source.calls)?.source.kind === 'column') return [];
      return [`metric "${name}" is the rate of "${source.calls}", which is not a metric with a column`];
    case 'percent':
      return [source.part, source.whole]
        .filter((metric) => findMetric(dataset, metric)?.source.kind !== 'column')
        .map(
          (metric) => `metric "${name}" is computed from "${metric}", which is not a metric with a column`,
        );
    default:
      return source satisfies never;
  }
}

function faultsOfMoney({ metrics, dimensions, currencyDimension }: Dataset): readonly string[] {
  const amounts = metrics.filter(({ source }) => source.kind === 'column' && source.money === true);
  const faults = amounts
    .filter(({ source }) => source.kind === 'column' && source.type !== 'decimal')
    .map(({ name }) => `metric "${name}" is money but not a decimal`);
  if (amounts.length === 0 && currencyDimension === undefined) return faults;
  const currency = dimensions.find(({ name }) => name === currencyDimension)?.source;
  if (currency?.kind === 'column' && currency.type === 'text') return faults;
  return [...faults, `the currency dimension "${currencyDimension ?? ''}" is not a text dimension`];
}

function repeated(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}
