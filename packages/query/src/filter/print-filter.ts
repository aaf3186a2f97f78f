import type { FilterCondition, FilterNode } from './filter-node.ts';

/** The text of a filter. Reading it gives the same tree. */
export function printFilter(filter: FilterNode): string {
  if (!('parts' in filter)) return printCondition(filter);
  return filter.parts.map((part) => printPart(part, filter.kind)).join(` ${filter.kind} `);
}

/** Without brackets, "and" in "or" is read as it is meant. */
function printPart(part: FilterNode, around: 'and' | 'or'): string {
  const text = printFilter(part);
  return !('parts' in part) || (part.kind === 'and' && around === 'or') ? text : `(${text})`;
}

function printCondition(condition: FilterCondition): string {
  const { field } = condition;
  switch (condition.kind) {
    case 'compare':
      return `${field} ${condition.operator} ${printValue(condition.value, condition.type)}`;
    case 'in': {
      const values = condition.values.map((value) => printValue(value, condition.type));
      return `${field} ${condition.negated ? 'notin' : 'in'} ${values.join(',')}`;
    }
    case 'like':
      return `${field} ${condition.negated ? 'not ' : ''}like ${inQuotes(condition.pattern)}`;
    case 'similar':
      return `${field} ${condition.negated ? 'not ' : ''}similar to ${inQuotes(condition.pattern)}`;
    case 'null':
      return `${field} ${condition.negated ? 'isnot' : 'is'} null`;
    default:
      return condition satisfies never;
  }
}

function printValue(value: string, type: Extract<FilterCondition, { kind: 'compare' }>['type']): string {
  return type === 'integer' || type === 'decimal' || type === 'boolean' ? value : inQuotes(value);
}

function inQuotes(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
