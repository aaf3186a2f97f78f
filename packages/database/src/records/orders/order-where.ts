import type { OrderCondition, OrderKey, OrderValue } from '@hourglass/query';
import type { OrderCriteria } from '@hourglass/reports';
import {
  joinsOf,
  keyExpressions,
  remainCount,
  shownTime,
  sqlTypeOf,
  type OrderJoin,
} from './order-columns.ts';

/** Takes a value and answers the parameter that stands for it in the statement. */
export type AddValue = (value: unknown) => string;

/** Which orders are meant, in SQL: a predicate over `o` and what the joins bring. */
export interface OrderWhere {
  readonly predicate: string;
  readonly joins: ReadonlySet<OrderJoin>;
  /** No condition leaves out an order before its grants and returns are added up. */
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

/** `ne` and `ni` are met by just those orders that `eq` and `in` leave out, also by those without a company. */
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
      return `${type === 'timestamptz' ? shownTime(expression) : expression} like ${add(condition.pattern)}`;
    case 'ne':
      return `${expression} is distinct from ${add(sqlValue(key, condition.value))}::${type}`;
    case 'eq':
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte': {
      // By code points: the order of a language would depend on the database's locale. Equality does not.
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
