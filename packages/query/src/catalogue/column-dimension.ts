import type { Dimension, DimensionType } from './dataset.ts';

/**
 * Returns a function that creates dimensions of one type. Each is stored in a column with its name.
 */
export function column(type: DimensionType): (name: string, description: string) => Dimension {
  return (name, description) => ({ name, description, source: { kind: 'column', type } });
}
