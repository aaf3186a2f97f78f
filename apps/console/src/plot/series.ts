import { nameOf, numberOf, type Column, type ResultShape, type Row } from '../rows/result.ts';
import { bucketOf, type Bucket } from './bucket-time.ts';

export interface Series {
  readonly name: string;
  /** By bucket; null: there is no row, or it has no value. */
  readonly values: readonly (number | null)[];
  /** As the result has them, with every digit. */
  readonly exact: (bucket: number) => Row[string];
}

export interface SeriesPlot {
  readonly kind: 'series';
  readonly unit: string | null;
  /** Ascending. */
  readonly buckets: readonly Bucket[];
  /** Largest first. */
  readonly series: readonly Series[];
  /** Whether areas can be stacked: several series without negative values. */
  readonly canStack: boolean;
  /** Series that are not drawn because others have larger sums. */
  readonly omitted: number;
}

const maxSeries = 8;

/** Prepares a line for each combination of dimensions, those with the largest sums. Null: there are fewer than two buckets. */
export function prepareSeries(
  rows: readonly Row[],
  { dimensions, time }: Pick<ResultShape, 'dimensions' | 'time'>,
  metric: Column,
  compared: Column | undefined,
): SeriesPlot | null {
  if (time === null) return null;
  const { buckets, placeOf } = bucketsOf(rows, time);
  // One point is no line.
  if (buckets.length < 2) return null;
  const { named, omitted } = largestSeries(rows, dimensions, metric);
  const drawn = named.map(({ name, of }) =>
    seriesOf(rows, { name, metric, of, placeOf, count: buckets.length }),
  );
  // With dimensions each line would be there twice.
  const previous = dimensions.length === 0 ? compared : undefined;
  const series = [
    ...drawn,
    ...(previous === undefined
      ? []
      : [
          seriesOf(rows, {
            name: previous.name,
            metric: previous,
            of: () => true,
            placeOf,
            count: buckets.length,
          }),
        ]),
  ];
  return {
    ...{ kind: 'series', unit: metric.unit, buckets, series, omitted },
    canStack: drawn.length > 1 && !drawn.some(({ values }) => values.some((value) => (value ?? 0) < 0)),
  };
}

/** `placeOf`: index of the bucket of each row; -1: it has none. */
function bucketsOf(rows: readonly Row[], { name }: Column): { buckets: Bucket[]; placeOf: Int32Array } {
  const buckets: Bucket[] = [];
  const placeOf = new Int32Array(rows.length).fill(-1);
  let isAscending = true;
  // Rows are mostly in the order of time, so that neighbours have the same text, or a later time.
  let lastText = '';
  let last: Bucket | null = null;
  for (let index = 0; index < rows.length; index += 1) {
    const text = String(rows[index]?.[name]);
    const bucket: Bucket | null = text === lastText ? last : bucketOf(text);
    lastText = text;
    if (bucket !== null && bucket.atSeconds !== last?.atSeconds) {
      isAscending &&= bucket.atSeconds > (buckets.at(-1)?.atSeconds ?? -Infinity);
      buckets.push(bucket);
    }
    last = bucket;
    if (bucket !== null) placeOf[index] = buckets.length - 1;
  }
  return isAscending ? { buckets, placeOf } : sortedBuckets(buckets, placeOf);
}

/** Brings buckets in the order of time, each once. */
function sortedBuckets(
  found: readonly Bucket[],
  placeOf: Int32Array,
): { buckets: Bucket[]; placeOf: Int32Array } {
  const ofTime = new Map(found.map((bucket) => [bucket.atSeconds, bucket]));
  const buckets = [...ofTime.values()].sort((one, other) => one.atSeconds - other.atSeconds);
  const places = new Map(buckets.map(({ atSeconds }, place) => [atSeconds, place]));
  return {
    buckets,
    placeOf: placeOf.map((place) => places.get(found[place]?.atSeconds ?? Number.NaN) ?? -1),
  };
}

interface NamedSeries {
  readonly name: string;
  /** Whether a row, by its index, belongs to the series. */
  readonly of: (row: number) => boolean;
}

function largestSeries(
  rows: readonly Row[],
  dimensions: readonly Column[],
  metric: Column,
): { named: NamedSeries[]; omitted: number } {
  if (dimensions.length === 0) return { named: [{ name: metric.name, of: () => true }], omitted: 0 };
  const idOf = new Map<string, number>();
  const sums: number[] = [];
  const ids = new Int32Array(rows.length);
  for (const [index, row] of rows.entries()) {
    const name = nameOf(row, dimensions);
    let id = idOf.get(name);
    if (id === undefined) {
      id = idOf.size;
      idOf.set(name, id);
      sums.push(0);
    }
    ids[index] = id;
    sums[id] = (sums[id] ?? 0) + Math.abs(numberOf(row[metric.name]) ?? 0);
  }
  const largest = [...idOf].sort(([, one], [, other]) => (sums[other] ?? 0) - (sums[one] ?? 0));
  return {
    named: largest.slice(0, maxSeries).map(([name, id]) => ({ name, of: (row) => ids[row] === id })),
    omitted: Math.max(0, largest.length - maxSeries),
  };
}

function seriesOf(
  rows: readonly Row[],
  {
    name,
    metric,
    of,
    placeOf,
    count,
  }: NamedSeries & { readonly metric: Column; readonly placeOf: Int32Array; readonly count: number },
): Series {
  const values: (number | null)[] = [];
  for (let bucket = 0; bucket < count; bucket += 1) values.push(null);
  const rowAt = new Int32Array(count).fill(-1);
  for (let index = 0; index < rows.length; index += 1) {
    const place = placeOf[index] ?? -1;
    if (place === -1 || !of(index)) continue;
    values[place] = numberOf(rows[index]?.[metric.name]);
    rowAt[place] = index;
  }
  return { name, values, exact: (bucket) => rows[rowAt[bucket] ?? -1]?.[metric.name] ?? null };
}

/** Returns the upper edges of stacked areas, the first series at the bottom. A missing value has no height. */
export function stackedValues(series: readonly Pick<Series, 'values'>[]): number[][] {
  let below: readonly number[] = [];
  return series.map(({ values }) => {
    const edge = values.map((value, index) => (below[index] ?? 0) + (value ?? 0));
    below = edge;
    return edge;
  });
}

/** Returns the positions of values without a neighbour. A line has no length there, so that only a mark shows them. */
export function isolatedPositions(values: readonly (number | null | undefined)[]): number[] {
  const isMissing = (position: number) => (values[position] ?? null) === null;
  return values.flatMap((_value, position) =>
    !isMissing(position) && isMissing(position - 1) && isMissing(position + 1) ? [position] : [],
  );
}
