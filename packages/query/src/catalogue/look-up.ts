import type {
  Catalogue,
  ColumnType,
  Dataset,
  Dimension,
  DimensionSource,
  Metric,
  NumericType,
} from './dataset.ts';

/** Throws when there is no such dataset: a plan names only what the catalogue had when it was made. */
export function getDataset(catalogue: Catalogue, name: string): Dataset {
  const dataset = catalogue.get(name);
  if (dataset === undefined) throw new Error(`the catalogue has no dataset "${name}"`);
  return dataset;
}

export function findMetric(dataset: Dataset, name: string): Metric | undefined {
  return dataset.metrics.find((metric) => metric.name === name);
}

export function findDimension(dataset: Dataset, name: string): Dimension | undefined {
  return dataset.dimensions.find((dimension) => dimension.name === name);
}

/** Throws when the dataset has no such metric. */
function getMetric(dataset: Dataset, name: string): Metric {
  const metric = findMetric(dataset, name);
  if (metric === undefined) throw new Error(`the dataset "${dataset.name}" has no metric "${name}"`);
  return metric;
}

/** Throws when the dataset has no such dimension. */
export function getDimension(dataset: Dataset, name: string): Dimension {
  const dimension = findDimension(dataset, name);
  if (dimension === undefined) throw new Error(`the dataset "${dataset.name}" has no dimension "${name}"`);
  return dimension;
}

/** What a metric reads. An alias has become the column of the metric that it names. */
export type ResolvedMetricSource =
  | { readonly kind: 'column'; readonly column: string; readonly type: NumericType }
  | { readonly kind: 'distinct'; readonly column: string }
  /** Calls, which are to be divided by the length of the bucket. */
  | { readonly kind: 'rate'; readonly column: string; readonly per: 'second' | 'minute' }
  | { readonly kind: 'percent'; readonly part: string; readonly whole: string };

/** Throws when the dataset has no such metric, or the alias names one without a column. */
export function resolveMetricSource(dataset: Dataset, name: string): ResolvedMetricSource {
  const { source } = getMetric(dataset, name);
  switch (source.kind) {
    case 'column':
      return { kind: 'column', column: name, type: source.type };
    case 'alias': {
      const aliased = getMetric(dataset, source.metric).source;
      if (aliased.kind !== 'column')
        throw new Error(`"${name}" is an alias of "${source.metric}", which has no column`);
      return { kind: 'column', column: source.metric, type: aliased.type };
    }
    case 'distinct':
      return { kind: 'distinct', column: source.dimension };
    case 'rate':
      return { kind: 'rate', column: source.calls, per: source.per };
    case 'percent':
      return source;
    default:
      return source satisfies never;
  }
}

/** The stored columns behind a metric. Throws as `resolveMetricSource` does. */
export function metricColumns(dataset: Dataset, name: string): readonly string[] {
  const source = resolveMetricSource(dataset, name);
  return source.kind === 'percent' ? [source.part, source.whole] : [source.column];
}

/** What a condition of a filter reads of one fact. */
export type FilterSource =
  | { readonly kind: 'column'; readonly column: string; readonly type: ColumnType }
  | Exclude<DimensionSource, { readonly kind: 'column' }>;

/** Null when there is no such name, or a single fact has no such value. */
export function findFilterSource(dataset: Dataset, name: string): FilterSource | null {
  const dimension = findDimension(dataset, name);
  if (dimension !== undefined) {
    const { source } = dimension;
    return source.kind === 'column' ? { kind: 'column', column: name, type: source.type } : source;
  }
  if (findMetric(dataset, name) === undefined) return null;
  const measured = resolveMetricSource(dataset, name);
  return measured.kind === 'column' ? measured : null;
}

/** Throws when the dataset has no such name, or a single fact has no such value. */
export function getFilterSource(dataset: Dataset, name: string): FilterSource {
  const source = findFilterSource(dataset, name);
  if (source === null)
    throw new Error(`the dataset "${dataset.name}" has nothing to filter called "${name}"`);
  return source;
}
