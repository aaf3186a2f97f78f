import type { OrderCondition, OrderKey, OrderValue } from '@hourglass/query';
import type { OrderCriteria } from '@hourglass/reports';
import {
  joinsOf,
  keyExpressions,
  remainCount,
  timeText,
  sqlTypeOf,
  type OrderJoin,
} from './order-columns.ts';

/** Adds a value to the statement and returns its parameter, such as `$1`. */
export type AddValue = (value: unknown) => string;

/** The orders to select: a predicate over `o` and the joined tables. */
export interface OrderWhere {
  readonly predicate: string;
  readonly joins: ReadonlySet<OrderJoin>;
  /** Whether no condition excludes an order before its grants and returns are summed. */
  readonly readsEveryOrder: boolean;
}

const signs = { eq: '=', lt: '<', lte: '<=', gt: '>', gte: '>=' } as const;

export function orderWhere(
  environmentId: number,
  { conditions, remainingOnly }: Pick<OrderCriteria, 'conditions' | 'remainingOnly'>,
  add: AddValue,
): OrderWhere {
  const predicates = [
    `o.environment_id = ${add(environmentId)}::integer`,
    ...conditions.map((condition) => predicateOf(condition, add)),
    ...(remainingOnly ? [`${remainCount} > 0`] : []),
  ];
  const joins = new Set(joinsOf(conditions.map(({ key }) => key)));
  if (remainingOnly) joins.add('grants').add('returns');
  const readsEveryOrder = conditions.every(({ key }) => key === 'return_count');
  return { predicate: predicates.join(' and '), joins, readsEveryOrder };
}

/**
 * `ne` and `ni` match exactly the orders that `eq` and `in` do not, including orders without a
 * company.
 */
function predicateOf(condition: OrderCondition, add: AddValue): string {
  const { operator, key } = condition;
  const expression = keyExpressions[key];
  const type = sqlTypeOf(key);
  switch (operator) {
    case 'in':
    case 'ni': {
      const isListed = `${expression} = any(${add(condition.values.map((value) => sqlValue(key, value)))}::${type}[])`;
      return operator === 'in' ? isListed : `(${isListed}) is not true`;
    }
    case 'like':
      return `${type === 'timestamptz' ? timeText(expression) : expression} like ${add(condition.pattern)}`;
    case 'ne':
      return `${expression} is distinct from ${add(sqlValue(key, condition.value))}::${type}`;
    case 'eq':
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte': {
      // Compares by code points: linguistic order depends on the database's locale. Equality does
      // not.
      const collation = type === 'text' && operator !== 'eq' ? ' collate "C"' : '';
      return `${expression}${collation} ${signs[operator]} ${add(sqlValue(key, condition.value))}::${type}`;
    }
    default:
      return operator satisfies never;
  }
}

function sqlValue(key: OrderKey, value: OrderValue): OrderValue {
  return sqlTypeOf(key) === 'timestamptz' ? `${value}+00` : value;
}
