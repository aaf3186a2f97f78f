import type { Dimension, DimensionType } from './dataset.ts';

/** Makes dimensions of one type that are stored in a column of their name. */
export function column(type: DimensionType): (name: string, description: string) => Dimension {
  return (name, description) => ({ name, description, source: { kind: 'column', type } });
}
