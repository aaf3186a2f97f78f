import type { ColumnType } from './column-type.ts';

/**
 * A column of a stored fact: one of the two below, a stored column of the dataset or a custom
 * field.
 */
export interface FactRowColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly customFieldId?: number;
}

export const environmentColumn = { name: 'environment_id', type: 'integer' } as const;
export const timestampColumn = { name: 'timestamp', type: 'timestamp' } as const;
/** The number of a fact's batch, in hot tables and as a value column in segments. No report reads it. */
export const batchSeqColumn = { name: 'batch_seq', type: 'integer' } as const;

/**
 * The columns of a fact row: in the hot facts that are copied to the engine and in segments. Every
 * row begins with its environment and its timestamp; the value columns follow.
 */
export type FactRowColumns = readonly [
  typeof environmentColumn,
  typeof timestampColumn,
  ...(readonly FactRowColumn[]),
];

export function factRowColumns(values: readonly FactRowColumn[]): FactRowColumns {
  return [environmentColumn, timestampColumn, ...values];
}

/** Returns the columns after the environment and the timestamp. */
export function valueColumns([, , ...values]: FactRowColumns): readonly FactRowColumn[] {
  return values;
}
