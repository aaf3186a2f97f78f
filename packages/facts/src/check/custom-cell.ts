import type { ColumnType, CustomColumn } from '@hourglass/query/catalogue';
import { nullCell, type ColumnRule } from '../columns/column-rule.ts';
import { columnRules } from '../columns/column-rules.ts';

export type ValueEncoder = Pick<ColumnRule, 'encode' | 'explain'>;

/** Encodes a value of a custom field as a member of the fact's JSON object of custom values. */
export function customEncoder({ type, customFieldId }: CustomColumn): ValueEncoder {
  const encoder = columnRules[type];
  return {
    encode(value) {
      const cell = encoder.encode(value);
      return cell === null ? null : `"${customFieldId}":${jsonOf(type, value, cell)}`;
    },
    explain: (value) => encoder.explain(value),
  };
}

/**
 * Encodes the custom values of a fact as one cell. In JSON, `COPY` only treats the backslash as
 * special.
 */
export function customCell(members: readonly string[]): string {
  return members.length === 0 ? nullCell : `{${members.join(',')}}`.replaceAll('\\', String.raw`\\`);
}

/** Numbers and booleans have the same text in a cell and in JSON. */
function jsonOf(type: ColumnType, value: unknown, cell: string): string {
  if (type === 'text') return JSON.stringify(value);
  return type === 'timestamp' ? `"${cell}"` : cell;
}
