import { bindPlan, catalogue, outputColumns } from '@hourglass/query';

const relativeTolerance = 1e-9;

/** Returns the comparison of each column of the plan's report: `float`, `time` or `text`. */
export function columnKinds(plan) {
  return outputColumns(bindPlan(plan, catalogue)).map(({ name, kind }) =>
    name === plan.timeUnit ? 'time' : kind,
  );
}

/**
 * Describes the first difference between two lists of rows, or returns null if they are equal: texts and whole numbers
 * exactly, floats to one part in a billion.
 */
export function differenceOf(expected, found, kinds) {
  if (expected.length !== found.length) return `${expected.length} rows and ${found.length} rows`;
  for (const [row, values] of expected.entries()) {
    for (const [column, kind] of kinds.entries()) {
      const other = found[row][column];
      if (!same(values[column], other, kind))
        return `row ${row}, column ${column}: ${String(values[column])} and ${String(other)}`;
    }
  }
  return null;
}

function same(one, other, kind) {
  if (one === null || other === null) return one === other;
  switch (kind) {
    case 'float': {
      const [a, b] = [Number(one), Number(other)];
      return Math.abs(a - b) <= relativeTolerance * Math.max(Math.abs(a), Math.abs(b));
    }
    case 'time':
      return secondOf(one) === secondOf(other);
    default:
      return String(one) === String(other);
  }
}

/** Every rival formats times differently, but all begin with the UTC second. */
function secondOf(text) {
  const second = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/.exec(text)?.[0];
  if (second === undefined) throw new Error(`not a time: ${text}`);
  return second;
}
