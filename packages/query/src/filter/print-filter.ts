import type { FilterCondition, FilterNode } from './filter-node.ts';

/** Prints a filter as text that `readFilter`, or `readHaving` for columns of a report, reads back as the same tree. */
export function printFilter(filter: FilterNode): string {
  if (!('parts' in filter)) return printCondition(filter);
  return filter.parts.map((part) => printPart(part, filter.kind)).join(` ${filter.kind} `);
}

/** Adds brackets unless the part is an "and" within an "or", which binds before it. */
function printPart(part: FilterNode, around: 'and' | 'or'): string {
  const text = printFilter(part);
  return !('parts' in part) || (part.kind === 'and' && around === 'or') ? text : `(${text})`;
}

function printCondition(condition: FilterCondition): string {
  const field = printName(condition.field);
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

/** Only columns of reports have names that are no words. */
function printName(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
