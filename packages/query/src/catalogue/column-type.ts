/** Types of stored columns in PostgreSQL, in segments and in facts that clients send. */
export const columnTypes = ['text', 'integer', 'decimal', 'float', 'boolean', 'timestamp'] as const;
export type ColumnType = (typeof columnTypes)[number];
/**
 * Types with sums. Those of `float`, a binary DOUBLE, are rounded; those of the others are exact.
 */
export type NumericType = Extract<ColumnType, 'integer' | 'decimal' | 'float'>;
export type DimensionType = Extract<ColumnType, 'text' | 'integer' | 'boolean' | 'timestamp'>;
