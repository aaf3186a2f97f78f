import { expect } from 'vitest';

/** Compares floats with a relative tolerance of 1e-9, and other values exactly. */
function expectSame(found: unknown, expected: unknown): void {
  if (typeof found !== 'number' || typeof expected !== 'number') {
    if (found !== expected) expect(found).toEqual(expected);
    return;
  }
  const tolerance = 1e-9 * Math.max(Math.abs(found), Math.abs(expected));
  if (!(Math.abs(found - expected) <= tolerance)) expect(found).toBe(expected);
}

/** Compares rows in order, like `expectSame`. */
export function expectSameRows(
  found: readonly (readonly unknown[])[],
  expected: readonly (readonly unknown[])[],
): void {
  expect(found.length).toBe(expected.length);
  for (const [index, row] of found.entries()) {
    for (const [column, value] of row.entries()) expectSame(value, expected[index]?.[column]);
  }
}
