import type { Dataset, UndeclaredFields } from '@hourglass/query/catalogue';
import { nullCell, type ColumnRule } from '../columns/column-rule.ts';
import { columnRules } from '../columns/column-rules.ts';
import { timeRule, type TimeBounds } from '../columns/time-rule.ts';
import { customCell } from './custom-cell.ts';
import { atLeastCell, factCells, type AtLeastRule, type FactCells } from './fact-cells.ts';
import { createFieldGuide } from './field-guide.ts';
import type { FieldGuide } from './field-guide.ts';
import type { EncodedRow } from '../batch/fact-store.ts';
import type { RowFault } from '../formats/raw-fact.ts';

type CheckedRow = EncodedRow | { readonly faults: readonly RowFault[] };

export type RowChecker = (row: {
  readonly line: number;
  readonly value: Readonly<Record<string, unknown>>;
}) => CheckedRow;

/** A garbage line may have thousands of unknown fields. */
const maxFaultsPerFact = 100;

export interface FactCheckerOptions {
  /** The times at which facts may have happened. */
  readonly times: TimeBounds;
  /** Whether an undeclared field is a fault (the default) or ignored. */
  readonly undeclaredFields?: UndeclaredFields;
}

/**
 * Returns a function that checks a fact and encodes it for `COPY`. `dataset` includes the
 * environment's custom fields. `null` is a missing value, and a missing value is replaced by its
 * column's `whenMissing` rule.
 */
export function createFactChecker(dataset: Dataset, options: FactCheckerOptions): RowChecker {
  const format = new FactFormat(dataset, options);
  return (row) => format.check(row.line, row.value);
}

class FactFormat {
  private readonly timestampRule: ColumnRule;
  private readonly guide: FieldGuide;
  private readonly ignoresUndeclared: boolean;
  private readonly cells: FactCells;
  private readonly encoders: readonly ColumnRule[];

  constructor(dataset: Dataset, { times, undeclaredFields = 'refuse' }: FactCheckerOptions) {
    this.timestampRule = timeRule(times);
    this.ignoresUndeclared = undeclaredFields === 'ignore';
    this.guide = createFieldGuide(dataset);
    this.cells = factCells(dataset);
    this.encoders = this.cells.types.map((type) => columnRules[type]);
  }

  check(line: number, value: Readonly<Record<string, unknown>>): CheckedRow {
    const faults: RowFault[] = [];
    const cells = this.cells.emptyFact.slice();
    const members: string[] = [];
    cells[0] = this.timestampCell(line, value['timestamp'], faults);
    for (const field in value) {
      const fieldValue = value[field];
      if (field === 'timestamp' || (fieldValue === null && this.isKnown(field))) continue;
      const message = this.encodeField({ cells, members }, field, fieldValue);
      if (message === null) continue;
      faults.push({ line, field, message });
      if (faults.length === maxFaultsPerFact) break;
    }
    if (faults.length > 0) return { faults };
    for (const rule of this.cells.atLeastRules) applyAtLeast(rule, cells);
    if (this.cells.customCell !== null) cells.push(customCell(members));
    return { cells };
  }

  private timestampCell(line: number, value: unknown, faults: RowFault[]): string {
    const rule = this.timestampRule;
    const cell = rule.encode(value);
    if (cell !== null) return cell;
    const isMissing = value === undefined || value === null;
    const message = isMissing ? `is missing; expected ${rule.expected}` : rule.explain(value);
    faults.push({ line, field: 'timestamp', message });
    return nullCell;
  }

  private isKnown(field: string): boolean {
    return this.cells.cellOf.has(field) || this.cells.customEncoders.has(field);
  }

  /** Encodes a field into the fact's cells or members. Returns null, or the fault's message. */
  private encodeField({ cells, members }: EncodedFields, field: string, value: unknown): string | null {
    const cell = this.cells.cellOf.get(field);
    const encoder = cell === undefined ? this.cells.customEncoders.get(field) : this.encoders[cell];
    if (encoder === undefined) {
      return this.ignoresUndeclared && !this.guide.isDerived(field) ? null : this.guide.explain(field);
    }
    const text = encoder.encode(value);
    if (text === null) return encoder.explain(value);
    if (cell === undefined) members.push(text);
    else cells[cell] = text;
    return null;
  }
}

interface EncodedFields {
  readonly cells: string[];
  /** Members of the JSON object in the last cell. */
  readonly members: string[];
}

function applyAtLeast(rule: AtLeastRule, cells: string[]): void {
  const value = cells[rule.source];
  if (cells[rule.target] !== nullCell || value === undefined || value === nullCell) return;
  cells[rule.target] = atLeastCell(rule, Number(value));
}
