import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { sweepPartials } from '../../src/index.ts';

test('the partials of all segments that are gone are deleted, those of others and foreign folders stay', async () => {
  const ids = Array.from({ length: 2_500 }, () => randomUUID());
  const live = new Set<string>(ids.filter((_, index) => index % 5 === 0));
  const kept = new Set<string>([...ids, 'lost+found']);
  const asked: number[] = [];
  const swept = await sweepPartials({
    segments: {
      goneSegments(batch) {
        asked.push(batch.length);
        return Promise.resolve(batch.filter((id) => !live.has(id)));
      },
    },
    partials: {
      listSegments: () => Promise.resolve([...kept]),
      forget(id) {
        kept.delete(id);
        return Promise.resolve();
      },
    },
  });
  expect(swept).toBe(2_000);
  expect(kept).toEqual(new Set([...live, 'lost+found']));
  expect(asked).toEqual([1_000, 1_000, 500]);
});
