import {
  customColumns,
  storedColumns,
  type ColumnType,
  type Dataset,
  type MissingValue,
} from '@hourglass/query/catalogue';
import { nullCell } from '../columns/column-rule.ts';
import { customEncoder, type ValueEncoder } from './custom-cell.ts';

/**
 * The cells of an encoded fact: cell 0 is the timestamp, cell n is stored column n - 1, and the last
 * cell has all custom fields if the dataset takes any.
 */
export interface FactCells {
  /** The types of all cells but the last one with custom fields. */
  readonly types: readonly ColumnType[];
  readonly cellOf: ReadonlyMap<string, number>;
  /** The cells of a fact without fields, after the rules that read no other column. */
  readonly emptyFact: readonly string[];
  readonly atLeastRules: readonly AtLeastRule[];
  /** The cell with all custom fields. Null: the dataset takes none. */
  readonly customCell: number | null;
  /** By the name of the custom field. */
  readonly customEncoders: ReadonlyMap<string, ValueEncoder>;
}

/** A missing `target` is whether `source` is at least `threshold`, unless that is missing too. */
export interface AtLeastRule {
  readonly target: number;
  readonly source: number;
  readonly threshold: number;
}

/** `dataset` includes the environment's custom fields. */
export function factCells(dataset: Dataset): FactCells {
  const columns = storedColumns(dataset);
  const names = ['timestamp', ...columns.map(({ name }) => name)];
  const cellOf = new Map(names.map((name, cell) => [name, cell]));
  const custom = customColumns(dataset).map((column) => [column.name, customEncoder(column)] as const);
  return {
    types: ['timestamp', ...columns.map(({ type }) => type)],
    cellOf,
    emptyFact: [nullCell, ...columns.map(({ whenMissing }) => constantCell(whenMissing))],
    atLeastRules: columns.flatMap(({ name, whenMissing }) =>
      whenMissing?.kind === 'at-least' ? [atLeastRule(cellOf, name, whenMissing)] : [],
    ),
    customCell: dataset.takesCustomFields ? columns.length + 1 : null,
    customEncoders: new Map(custom),
  };
}

/** The cell of a column whose source has this value. */
export function atLeastCell({ threshold }: AtLeastRule, value: number): string {
  return value >= threshold ? '1' : '0';
}

type AtLeast = Extract<MissingValue, { kind: 'at-least' }>;

function atLeastRule(cellOf: FactCells['cellOf'], name: string, rule: AtLeast): AtLeastRule {
  const target = cellOf.get(name);
  const source = cellOf.get(rule.column);
  if (target === undefined || source === undefined) {
    throw new Error(`the rule of column "${name}" reads "${rule.column}", which is not stored`);
  }
  return { target, source, threshold: rule.threshold };
}

function constantCell(rule: MissingValue | undefined): string {
  return rule?.kind === 'constant' ? String(rule.value) : nullCell;
}
