import { numberOf, type Column, type ResultShape, type Row } from '../rows/result.ts';

/** A result of one row without dimensions: its numbers, each with its change. */
export interface FigurePlot {
  readonly kind: 'figures';
  readonly figures: readonly Figure[];
}

export interface Figure {
  readonly name: string;
  readonly unit: string | null;
  /** As the result has it. */
  readonly value: Row[string];
  /** The value in the other range, of a comparison. Null: there is none. */
  readonly previous: Row[string];
  /** Relative; null: there is none, such as after zero. */
  readonly change: number | null;
  readonly isCompared: boolean;
}

const previousSuffix = '_previous';
const changeSuffix = '_change';

/** The metrics that are no columns of a comparison. */
export function baseMetrics(metrics: readonly Column[]): Column[] {
  const names = new Set(metrics.map(({ name }) => name));
  return metrics.filter(({ name }) => {
    const suffix = [previousSuffix, changeSuffix].find((candidate) => name.endsWith(candidate));
    return suffix === undefined || !names.has(name.slice(0, -suffix.length));
  });
}

export function comparedWith(metrics: readonly Column[], { name }: Column): Column | undefined {
  return metrics.find((metric) => metric.name === `${name}${previousSuffix}`);
}

export function changeOf(row: Row, { name }: Column): number | null {
  return numberOf(row[`${name}${changeSuffix}`]);
}

/** Null: the row has no metric. */
export function prepareFigures(row: Row, { metrics }: Pick<ResultShape, 'metrics'>): FigurePlot | null {
  const figures = baseMetrics(metrics).map((metric) => {
    const previous = comparedWith(metrics, metric);
    return {
      ...{ name: metric.name, unit: metric.unit, value: row[metric.name] ?? null },
      previous: previous === undefined ? null : (row[previous.name] ?? null),
      change: previous === undefined ? null : changeOf(row, metric),
      isCompared: previous !== undefined,
    };
  });
  return figures.length === 0 ? null : { kind: 'figures', figures };
}
