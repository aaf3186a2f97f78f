import { type RawBuilder, sql, type SqlBool } from 'kysely';
import { type Dataset, storedColumns, type StoredColumn } from '../catalogue/dataset.ts';
import { getFilterSource } from '../catalogue/look-up.ts';
import type { Comparison, FilterCondition, FilterNode } from '../filter/filter-node.ts';
import { transactionSetting } from './transaction-setting.ts';

export interface ImpliedConditions {
  /** All of them hold. */
  readonly conditions: readonly RawBuilder<SqlBool>[];
  readonly settings: Readonly<Record<string, string>>;
}

/**
 * Returns conditions for PostgreSQL that every matching fact meets. The engine still applies the
 * whole filter, so an omitted condition only costs time. A condition that PostgreSQL evaluates
 * differently would lose facts: texts are compared only for equality, because their order depends
 * on the collation; integers by every operator.
 */
export function impliedConditions(filter: FilterNode | null, dataset: Dataset): ImpliedConditions {
  const conditions: RawBuilder<SqlBool>[] = [];
  const settings: Record<string, string> = {};
  for (const condition of requiredConditions(filter)) {
    const column = storedColumn(condition, dataset);
    const name = `hourglass.filter_${conditions.length}`;
    const implied = column === undefined ? null : impliedCondition(condition, column, name);
    if (implied === null) continue;
    conditions.push(implied.condition);
    settings[name] = implied.value;
  }
  return { conditions, settings };
}

/** Returns the conditions of the filter that every matching fact meets. */
function requiredConditions(filter: FilterNode | null): readonly FilterCondition[] {
  if (filter === null) return [];
  if (!('parts' in filter)) return [filter];
  return filter.kind === 'and' ? filter.parts.flatMap(requiredConditions) : [];
}

/** Returns undefined for derived fields, for the tenant's fields and for custom fields. */
function storedColumn({ field }: FilterCondition, dataset: Dataset): StoredColumn | undefined {
  const source = getFilterSource(dataset, field);
  if (source.kind !== 'column') return undefined;
  return storedColumns(dataset).find(({ name }) => name === source.column);
}

const signs: Readonly<Record<Comparison, string | null>> = {
  eq: '=',
  ne: null,
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
};

function impliedCondition(
  condition: FilterCondition,
  { name: column, type }: StoredColumn,
  setting: string,
): { readonly condition: RawBuilder<SqlBool>; readonly value: string } | null {
  if (type !== 'text' && type !== 'integer') return null;
  const sqlType = type === 'text' ? 'text' : 'bigint';
  if (condition.kind === 'compare') {
    const { operator, value } = condition;
    const sign = type === 'text' && operator !== 'eq' ? null : signs[operator];
    if (sign === null) return null;
    return {
      condition: sql`${sql.ref(column)} ${sql.raw(sign)} ${transactionSetting(setting, sqlType)}`,
      value,
    };
  }
  if (condition.kind === 'in' && !condition.negated) {
    return {
      condition: sql`${sql.ref(column)} = any(${transactionSetting(setting, `${sqlType}[]`)})`,
      value: arrayText(condition.values),
    };
  }
  return null;
}

/** Writes an array in PostgreSQL's text form. */
function arrayText(values: readonly string[]): string {
  return `{${values.map((value) => `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`).join(',')}}`;
}
