import type { ColumnType } from '../catalogue/dataset.ts';

export const comparisons = ['eq', 'ne', 'gt', 'lt', 'ge', 'le'] as const;
export type Comparison = (typeof comparisons)[number];

/**
 * One condition on a field. Values of every type are texts, so that JSON keeps every digit:
 * integers and decimals without leading or trailing zeros, floats in their shortest form, booleans
 * as `true` and `false`, timestamps as ISO 8601 in UTC with milliseconds. A field without a value
 * satisfies only `is null`.
 */
export type FilterCondition =
  | {
      readonly kind: 'compare';
      readonly field: string;
      readonly type: ColumnType;
      readonly operator: Comparison;
      readonly value: string;
    }
  | {
      readonly kind: 'in';
      readonly field: string;
      readonly type: ColumnType;
      readonly negated: boolean;
      readonly values: readonly string[];
    }
  /** The pattern matches the whole text. Values of other types are compared by their text. */
  | {
      readonly kind: 'like' | 'similar';
      readonly field: string;
      readonly negated: boolean;
      readonly pattern: string;
    }
  | { readonly kind: 'null'; readonly field: string; readonly negated: boolean };

/** A filter with resolved names and typed values. `parts` has at least two elements. */
export type FilterNode =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly FilterNode[] }
  | FilterCondition;

/** Returns the names of the fields that a filter reads, repeated for each condition. */
export function filteredFields(filter: FilterNode): readonly string[] {
  return 'parts' in filter ? filter.parts.flatMap(filteredFields) : [filter.field];
}
