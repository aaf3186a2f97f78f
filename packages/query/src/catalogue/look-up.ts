import type {
  Catalogue,
  ColumnType,
  Dataset,
  Dimension,
  DimensionSource,
  Metric,
  NumericType,
} from './dataset.ts';

/**
 * Returns the dataset. Throws if it does not exist, which can only mean that the catalogue changed
 * after planning.
 */
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

/** Throws if the dataset has no such metric. */
function getMetric(dataset: Dataset, name: string): Metric {
  const metric = findMetric(dataset, name);
  if (metric === undefined) throw new Error(`the dataset "${dataset.name}" has no metric "${name}"`);
  return metric;
}

/** Throws if the dataset has no such dimension. */
export function getDimension(dataset: Dataset, name: string): Dimension {
  const dimension = findDimension(dataset, name);
  if (dimension === undefined) throw new Error(`the dataset "${dataset.name}" has no dimension "${name}"`);
  return dimension;
}

/** The source of a metric, with an alias replaced by the column that it stands for. */
export type ResolvedMetricSource =
  | { readonly kind: 'column'; readonly column: string; readonly type: NumericType }
  | { readonly kind: 'distinct'; readonly column: string }
  /** The sum of `column`, divided by the length of the bucket. */
  | { readonly kind: 'rate'; readonly column: string; readonly per: 'second' | 'minute' }
  | { readonly kind: 'percent'; readonly part: string; readonly whole: string };

/**
 * Throws if the dataset has no such metric, or if the metric is an alias of one without a column.
 */
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

/** Returns the stored columns that a metric reads. Throws like `resolveMetricSource`. */
export function metricColumns(dataset: Dataset, name: string): readonly string[] {
  const source = resolveMetricSource(dataset, name);
  return source.kind === 'percent' ? [source.part, source.whole] : [source.column];
}

/** The value of a fact that a filter condition or a distinct count reads. */
export type FilterSource =
  | { readonly kind: 'column'; readonly column: string; readonly type: ColumnType }
  | Exclude<DimensionSource, { readonly kind: 'column' }>;

/** Returns null if the name is unknown, or names an aggregate that a single fact does not have. */
export function findFilterSource(dataset: Dataset, name: string): FilterSource | null {
  const dimension = findDimension(dataset, name);
  if (dimension !== undefined) {
    const { source } = dimension;
    return source.kind === 'column' ? { kind: 'column', column: name, type: source.type } : source;
  }
  if (findMetric(dataset, name) === undefined) return null;
  const source = resolveMetricSource(dataset, name);
  return source.kind === 'column' ? source : null;
}

/** Throws if the name is unknown, or names an aggregate that a single fact does not have. */
export function getFilterSource(dataset: Dataset, name: string): FilterSource {
  const source = findFilterSource(dataset, name);
  if (source === null)
    throw new Error(`the dataset "${dataset.name}" has no field "${name}" that a filter can read`);
  return source;
}
