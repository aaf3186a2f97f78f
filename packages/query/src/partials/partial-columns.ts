import type { ColumnType, PartialAggregate } from '../catalogue/dataset.ts';
import type { PartialResolution } from './partial-resolution.ts';

/** A column that partials read, with its name in the plan and in segments. */
export interface PartialColumn {
  readonly name: string;
  readonly segmentName: string;
  readonly type: ColumnType;
}

export interface PartialMeasure {
  readonly column: PartialColumn;
  readonly aggregate: PartialAggregate;
}

/** The columns of a partial: one row for each combination of keys and each unit of time. */
export interface PartialColumns {
  readonly resolution: PartialResolution;
  readonly keys: readonly PartialColumn[];
  readonly measures: readonly PartialMeasure[];
}
