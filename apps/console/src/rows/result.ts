import type { QueryParams, ResultView } from '@hourglass/contract';

export type Row = ResultView['rows'][number];
export type Column = NonNullable<ResultView['columns']>[number];

/** The columns of a result by their meaning. */
export interface ResultShape {
  readonly metrics: readonly Column[];
  readonly dimensions: readonly Column[];
  /** The column with the beginning of the bucket; null: the range is one bucket. */
  readonly time: Column | null;
}

/** Metrics are all columns that are neither dimensions nor the time, so also those that a comparison adds. */
export function shapeOf(columns: readonly Column[], { dimensions, timeUnit }: QueryParams): ResultShape {
  const time = columns.find(({ name }) => name === timeUnit) ?? null;
  const isDimension = ({ name }: Column) => dimensions.includes(name);
  return {
    metrics: columns.filter((column) => column !== time && !isDimension(column)),
    dimensions: columns.filter((column) => column !== time && isDimension(column)),
    time,
  };
}

/** The value of a metric for drawing. Beyond 2^53 it is rounded, which no pixel shows. */
export function numberOf(value: Row[string] | undefined): number | null {
  if (value === null || value === undefined || value === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

/** Names a row by its dimensions. */
export function nameOf(row: Row, dimensions: readonly Column[]): string {
  const [only, ...others] = dimensions;
  // The usual case, by 100,000 rows.
  if (only !== undefined && others.length === 0) return String(row[only.name] ?? '');
  return dimensions.map(({ name }) => String(row[name] ?? '')).join(' · ');
}
