import type { FilterChip, FilterOperator } from '../../../report/filter-chips.ts';
import type { TextKey } from '../../../text/languages.ts';
import type { Texts } from '../../../text/texts.tsx';

const keys: Readonly<Record<FilterOperator, TextKey>> = {
  eq: 'operator.eq',
  ne: 'operator.ne',
  ge: 'operator.ge',
  gt: 'operator.gt',
  le: 'operator.le',
  lt: 'operator.lt',
  in: 'operator.in',
  notin: 'operator.notin',
  like: 'operator.like',
  'not like': 'operator.notLike',
  'similar to': 'operator.similar',
  'not similar to': 'operator.notSimilar',
  'is null': 'operator.null',
  'isnot null': 'operator.notNull',
};

export function operatorKey(operator: FilterOperator): TextKey {
  return keys[operator];
}

/** A condition for people: `apiproxy is one of shop, pay`. */
export function chipText({ field, operator, values }: FilterChip, t: Texts['t']): string {
  return [field, t(operatorKey(operator)), ...(values.length === 0 ? [] : [values.join(', ')])].join(' ');
}
