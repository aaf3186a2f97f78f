import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { attemptPhases, progressIn } from '../../src/queries/progress.ts';

const facts = 1_000_000;
/** How far an attempt is: the phases before count as done. */
const step = fc.tuple(fc.nat(attemptPhases.length - 1), fc.double({ min: 0, max: 1, noNaN: true }));

test('who is further in an attempt never shows less, and nobody shows 100 before the end', () => {
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

test('nothing is read before the engine begins, its share while it computes, and all once rows come', () => {
  const read = attemptPhases.map((phase) => progressIn(phase, 0.25, facts).rowsScanned);
  expect(read).toEqual([0, 250_000, facts, facts]);
});

test('a share that is unknown or above one stays within the phase', () => {
  expect(progressIn('computing', -1, facts)).toEqual(progressIn('computing', 0, facts));
  expect(progressIn('writing', 7, facts)).toEqual(progressIn('writing', 1, facts));
});
