import type { ColumnType, CustomColumn } from '@hourglass/query';
import { nullCell, type ColumnRule } from '../columns/column-rule.ts';
import { columnRules } from '../columns/column-rules.ts';

export type ValueEncoder = Pick<ColumnRule, 'encode' | 'explain'>;

/** Encodes a value of a custom field as a member of the object that a fact keeps such values in. */
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

/** The cell of all custom values of a fact. JSON leaves nothing but the backslash that `COPY` would read as its own. */
export function customCell(members: readonly string[]): string {
  return members.length === 0 ? nullCell : `{${members.join(',')}}`.replaceAll('\\', String.raw`\\`);
}

/** Numbers and booleans are the same in a cell and in JSON. */
function jsonOf(type: ColumnType, value: unknown, cell: string): string {
  if (type === 'text') return JSON.stringify(value);
  return type === 'timestamp' ? `"${cell}"` : cell;
}
