import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { attemptPhases, progressIn } from '../../src/queries/progress.ts';

const facts = 1_000_000;
/** A phase and the share of it that is done. */
const step = fc.tuple(fc.nat(attemptPhases.length - 1), fc.double({ min: 0, max: 1, noNaN: true }));

test('progress never decreases within an attempt and stays below 100 percent', () => {
  const at = ([index, share]: readonly [number, number]) =>
    progressIn(attemptPhases[index] ?? 'collecting', share, facts);
  fc.assert(
    fc.property(step, step, (one, other) => {
      const [earlier, later] = [one, other]
        .toSorted((a, b) => a[0] - b[0] || a[1] - b[1])
        .map((place) => at([place[0], place[1]]));
      expect(earlier?.percent).toBeGreaterThanOrEqual(0);
      expect(later?.percent).toBeLessThan(100);
      expect(later?.percent).toBeGreaterThanOrEqual(earlier?.percent ?? NaN);
      expect(later?.rowsScanned).toBeGreaterThanOrEqual(earlier?.rowsScanned ?? NaN);
    }),
  );
});

test('rows scanned are none before the engine starts, its share while it computes, and all afterwards', () => {
  const read = attemptPhases.map((phase) => progressIn(phase, 0.25, facts).rowsScanned);
  expect(read).toEqual([0, 250_000, facts, facts]);
});

test('a share below zero or above one stays within the phase', () => {
  expect(progressIn('computing', -1, facts)).toEqual(progressIn('computing', 0, facts));
  expect(progressIn('writing', 7, facts)).toEqual(progressIn('writing', 1, facts));
});
