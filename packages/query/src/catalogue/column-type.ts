/** How a stored column is typed: in Postgres, in a segment and in the facts a client sends. */
export const columnTypes = ['text', 'integer', 'decimal', 'float', 'boolean', 'timestamp'] as const;
export type ColumnType = (typeof columnTypes)[number];
/** What can be added up. `float` is binary (DOUBLE): its sums are rounded, those of the others are exact. */
export type NumericType = Extract<ColumnType, 'integer' | 'decimal' | 'float'>;
export type DimensionType = Extract<ColumnType, 'text' | 'integer' | 'boolean' | 'timestamp'>;
