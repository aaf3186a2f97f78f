import { type RawBuilder, sql, type SqlBool } from 'kysely';
import type { ColumnType, Dataset } from '../catalogue/dataset.ts';
import { getFilterSource } from '../catalogue/look-up.ts';
import type { Comparison, FilterCondition, FilterNode } from '../filter/filter-node.ts';
import { likeRegex, plainLike } from '../filter/like-pattern.ts';
import { similarRegex } from '../filter/similar-pattern.ts';
import type { PlanFrame } from './compile-dimension.ts';
import { compileFactValue } from './compile-fact-value.ts';
import { inDialect } from './dialect/dialect.ts';
import { formatMillisecond, timestampValue } from './time-bucket.ts';

const comparisonSigns: Record<Comparison, RawBuilder<unknown>> = {
  eq: sql.raw('='),
  ne: sql.raw('<>'),
  gt: sql.raw('>'),
  lt: sql.raw('<'),
  ge: sql.raw('>='),
  le: sql.raw('<='),
};

/** A value that conditions compare. */
export interface Operand {
  readonly operand: RawBuilder<unknown>;
  readonly type: ColumnType;
}

/**
 * Compiles a filter to a condition on one fact. A comparison with a missing value is null, which
 * SQL treats as false. Throws if the dataset does not have a field of the filter, or has it with
 * another type.
 */
export function compileFilter(filter: FilterNode, dataset: Dataset, frame: PlanFrame): RawBuilder<SqlBool> {
  return compileCondition(filter, (name) => {
    const source = getFilterSource(dataset, name);
    const type = source.kind === 'column' ? source.type : 'text';
    return { operand: compileFactValue(source, frame), type };
  });
}

/** Compiles a filter over any operands. Throws if one has another type than in the filter. */
export function compileCondition(
  filter: FilterNode,
  operandOf: (field: string) => Operand,
): RawBuilder<SqlBool> {
  if ('parts' in filter) {
    const parts = filter.parts.map((part) => compileCondition(part, operandOf));
    return sql`(${sql.join(parts, sql.raw(` ${filter.kind} `))})`;
  }
  return compileComparison(filter, operandOf(filter.field));
}

function compileComparison(condition: FilterCondition, { operand, type }: Operand): RawBuilder<SqlBool> {
  if ('type' in condition && condition.type !== type) {
    throw new Error(`the field "${condition.field}" is of type ${type}; the filter has ${condition.type}`);
  }
  switch (condition.kind) {
    case 'compare':
      return sql`${operand} ${comparisonSigns[condition.operator]} ${compileValue(condition.value, type)}`;
    case 'in': {
      const values = sql.join(condition.values.map((value) => compileValue(value, type)));
      return sql`${operand} ${sql.raw(condition.negated ? 'not in' : 'in')} (${values})`;
    }
    case 'like':
    case 'similar': {
      const matches = compileMatch(asText(operand, type), condition.kind, condition.pattern);
      return condition.negated ? sql`not ${matches}` : matches;
    }
    case 'null':
      return sql`${operand} ${sql.raw(condition.negated ? 'is not null' : 'is null')}`;
    default:
      return condition satisfies never;
  }
}

function compileValue(value: string, type: ColumnType): RawBuilder<unknown> {
  switch (type) {
    case 'text':
      return sql`cast(${value} as varchar)`;
    case 'integer':
      return sql`cast(${value} as bigint)`;
    case 'decimal':
      return sql`cast(${value} as decimal(24, 6))`;
    case 'float':
      return sql`cast(${value} as double)`;
    case 'boolean':
      return sql`cast(${value} as boolean)`;
    case 'timestamp':
      return timestampValue(Date.parse(value));
    default:
      return type satisfies never;
  }
}

function asText(operand: RawBuilder<unknown>, type: ColumnType): RawBuilder<unknown> {
  switch (type) {
    case 'text':
      return operand;
    case 'integer':
    case 'boolean':
      return sql`cast(${operand} as varchar)`;
    case 'decimal':
      return inDialect((dialect) => dialect.decimalText(operand));
    case 'float':
      return inDialect((dialect) => dialect.floatText(operand));
    case 'timestamp':
      return formatMillisecond(operand);
    default:
      return type satisfies never;
  }
}

/** RE2 takes time linear in the text for every pattern. A part of the text is found faster without it. */
function compileMatch(
  text: RawBuilder<unknown>,
  kind: 'like' | 'similar',
  pattern: string,
): RawBuilder<SqlBool> {
  const translated = kind === 'like' ? likeRegex(pattern) : similarRegex(pattern);
  if (!translated.ok) throw new Error(`the pattern cannot be compiled: ${translated.message}`);
  const plain = kind === 'like' ? plainLike(pattern) : null;
  if (plain !== null) return inDialect<SqlBool>((dialect) => dialect.hasText(text, plain));
  const { regex } = translated;
  return inDialect<SqlBool>((dialect) => dialect.matchesWhole(text, regex));
}
