import { expect } from 'vitest';

/** Numbers may differ by one part in 1,000,000,000, everything else by nothing. */
export function expectSame(found: unknown, expected: unknown): void {
  if (typeof found !== 'number' || typeof expected !== 'number') {
    if (found !== expected) expect(found).toEqual(expected);
    return;
  }
  const tolerance = 1e-9 * Math.max(Math.abs(found), Math.abs(expected));
  if (!(Math.abs(found - expected) <= tolerance)) expect(found).toBe(expected);
}
