import type { Dataset, MissingValue, UndeclaredFields } from '@hourglass/query/catalogue';
import { customColumns, storedColumns } from '@hourglass/query/catalogue';
import { nullCell, type ColumnRule } from '../columns/column-rule.ts';
import { columnRules } from '../columns/column-rules.ts';
import { timeRule, type TimeBounds } from '../columns/time-rule.ts';
import { customCell, customEncoder, type ValueEncoder } from './custom-cell.ts';
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

/**
 * Cell 0 of a row is the timestamp, cell n is stored column n - 1, and the last cell has all custom
 * fields.
 */
class FactFormat {
  private readonly timestampRule: ColumnRule;
  private readonly guide: FieldGuide;
  private readonly ignoresUndeclared: boolean;
  private readonly takesCustomFields: boolean;
  private readonly cellOf = new Map<string, number>();
  private readonly encoders: readonly ColumnRule[];
  private readonly customEncoders: ReadonlyMap<string, ValueEncoder>;
  /** The cells of a fact without fields, after the rules that read no other column. */
  private readonly emptyFact: readonly string[];
  private readonly atLeastRules: readonly AtLeastRule[];

  constructor(dataset: Dataset, { times, undeclaredFields = 'refuse' }: FactCheckerOptions) {
    const columns = storedColumns(dataset);
    this.timestampRule = timeRule(times);
    this.ignoresUndeclared = undeclaredFields === 'ignore';
    this.takesCustomFields = dataset.takesCustomFields;
    this.guide = createFieldGuide(dataset);
    for (const [index, { name }] of columns.entries()) this.cellOf.set(name, index + 1);
    this.encoders = [this.timestampRule, ...columns.map((column) => columnRules[column.type])];
    this.customEncoders = new Map(
      customColumns(dataset).map((column) => [column.name, customEncoder(column)]),
    );
    this.emptyFact = [nullCell, ...columns.map((column) => constantCell(column.whenMissing))];
    this.atLeastRules = columns.flatMap(({ name, whenMissing }) =>
      whenMissing?.kind === 'at-least' ? [this.atLeastRule(name, whenMissing)] : [],
    );
  }

  check(line: number, value: Readonly<Record<string, unknown>>): CheckedRow {
    const faults: RowFault[] = [];
    const cells = this.emptyFact.slice();
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
    for (const rule of this.atLeastRules) applyAtLeast(rule, cells);
    if (this.takesCustomFields) cells.push(customCell(members));
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
    return this.cellOf.has(field) || this.customEncoders.has(field);
  }

  /** Encodes a field into the fact's cells or members. Returns null, or the fault's message. */
  private encodeField({ cells, members }: FactCells, field: string, value: unknown): string | null {
    const cell = this.cellOf.get(field);
    const encoder = cell === undefined ? this.customEncoders.get(field) : this.encoders[cell];
    if (encoder === undefined) {
      return this.ignoresUndeclared && !this.guide.isDerived(field) ? null : this.guide.explain(field);
    }
    const text = encoder.encode(value);
    if (text === null) return encoder.explain(value);
    if (cell === undefined) members.push(text);
    else cells[cell] = text;
    return null;
  }

  private atLeastRule(name: string, rule: AtLeast): AtLeastRule {
    const target = this.cellOf.get(name);
    const source = this.cellOf.get(rule.column);
    if (target === undefined || source === undefined) {
      throw new Error(`the rule of column "${name}" reads "${rule.column}", which is not stored`);
    }
    return { target, source, threshold: rule.threshold };
  }
}

interface FactCells {
  readonly cells: string[];
  /** Members of the JSON object in the last cell. */
  readonly members: string[];
}

type AtLeast = Extract<MissingValue, { kind: 'at-least' }>;

interface AtLeastRule {
  readonly target: number;
  readonly source: number;
  readonly threshold: number;
}

function applyAtLeast({ target, source, threshold }: AtLeastRule, cells: string[]): void {
  const value = cells[source];
  if (cells[target] !== nullCell || value === undefined || value === nullCell) return;
  cells[target] = Number(value) >= threshold ? '1' : '0';
}

function constantCell(rule: MissingValue | undefined): string {
  return rule?.kind === 'constant' ? String(rule.value) : nullCell;
}
