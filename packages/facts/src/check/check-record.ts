import { microsecondText, readIsoTime } from '@hourglass/contract';
import type { ColumnType, RecordColumn, RecordSet } from '@hourglass/query/catalogue';
import { nullCell } from '../columns/column-rule.ts';
import { columnRules } from '../columns/column-rules.ts';
import type { ValueEncoder } from './custom-cell.ts';
import type { RowChecker } from './check-fact.ts';
import { createRecordGuide } from './field-guide.ts';
import type { RowFault } from '../formats/raw-fact.ts';

/** A garbage line may have thousands of unknown fields. */
const maxFaultsPerRecord = 100;

/** Encodes like facts, except that a time keeps microseconds. */
const recordEncoders: Readonly<Record<ColumnType, ValueEncoder>> = {
  ...columnRules,
  timestamp: {
    encode(value) {
      const cell = columnRules.timestamp.encode(value);
      const time = cell === null || typeof value !== 'string' ? null : readIsoTime(value);
      // A record keeps the digits beyond milliseconds, because its time may be part of its key.
      return time === null || time.fraction.length <= 3 ? cell : `${microsecondText(time)}Z`;
    },
    explain: (value) => columnRules.timestamp.explain(value),
  },
};

/** Returns a function that checks a record and encodes it for `COPY`. `null` is a missing value. */
export function createRecordChecker(records: RecordSet): RowChecker {
  const { columns } = records;
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
    return { cells, day: null };
  };
}

function cellOf(
  { type, required }: RecordColumn,
  value: unknown,
): { readonly text: string } | { readonly fault: string } {
  if (value === undefined || value === null) {
    return required ? { fault: `is missing; expected ${columnRules[type].expected}` } : { text: nullCell };
  }
  const text = recordEncoders[type].encode(value);
  return text === null ? { fault: recordEncoders[type].explain(value) } : { text };
}
