import { microsecondText, readIsoTime } from '@hourglass/contract';
import type { RecordColumn, RecordSet } from '@hourglass/query/catalogue';
import { nullCell, type ColumnRule } from '../columns/column-rule.ts';
import { columnRules } from '../columns/column-rules.ts';
import { timeRule, type TimeBounds } from '../columns/time-rule.ts';
import type { RowChecker } from './check-fact.ts';
import { createRecordGuide } from './field-guide.ts';
import type { RowFault } from '../formats/raw-fact.ts';

/** A garbage line may have thousands of unknown fields. */
const maxFaultsPerRecord = 100;

/**
 * Returns a function that checks a record and encodes it for `COPY`. `null` is a missing value.
 * `times` are the bounds of times at which something happened.
 */
export function createRecordChecker(records: RecordSet, times: TimeBounds): RowChecker {
  const columns = records.columns.map((column) => ({ ...column, rule: ruleOf(column, times) }));
  const guide = createRecordGuide(records);
  const known = new Set(columns.map(({ name }) => name));
  return ({ line, value }) => {
    const faults: RowFault[] = [];
    for (const field in value) {
      if (known.has(field)) continue;
      faults.push({ line, field, message: guide.explain(field) });
      if (faults.length === maxFaultsPerRecord) break;
    }
    const cells = columns.map((column) => {
      const cell = cellOf(column, value[column.name]);
      if ('text' in cell) return cell.text;
      faults.push({ line, field: column.name, message: cell.fault });
      return nullCell;
    });
    if (faults.length > 0) return { faults };
    return { cells };
  };
}

/** Like the rules of facts, except that a time keeps microseconds. */
function ruleOf({ type, happened }: RecordColumn, times: TimeBounds): ColumnRule {
  if (type !== 'timestamp') return columnRules[type];
  const rule = happened === true ? timeRule(times) : columnRules.timestamp;
  return {
    ...rule,
    encode(value) {
      const cell = rule.encode(value);
      const time = cell === null || typeof value !== 'string' ? null : readIsoTime(value);
      // A record keeps the digits beyond milliseconds, because its time may be part of its key.
      return time === null || time.fraction.length <= 3 ? cell : `${microsecondText(time)}Z`;
    },
  };
}

function cellOf(
  { required, rule }: { readonly required: boolean; readonly rule: ColumnRule },
  value: unknown,
): { readonly text: string } | { readonly fault: string } {
  if (value === undefined || value === null) {
    return required ? { fault: `is missing; expected ${rule.expected}` } : { text: nullCell };
  }
  const text = rule.encode(value);
  return text === null ? { fault: rule.explain(value) } : { text };
}
