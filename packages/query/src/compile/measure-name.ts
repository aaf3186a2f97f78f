import type { PartialAggregate } from '../catalogue/dataset.ts';

/** The name of an aggregate among the columns of a partial. No fact has a column with a space in its name. */
export function measureName(column: string, aggregate: PartialAggregate): string {
  return `${column} ${aggregate}`;
}
