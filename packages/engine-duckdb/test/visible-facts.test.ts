import { expect, test } from 'vitest';
import { hiddenCondition } from '../src/visible-facts.ts';

const segment = { firstMs: 1_000, lastMs: 2_000, deletions: [] };

test('a segment without hidden facts is read without a condition', () => {
  expect(hiddenCondition(segment, null)).toBe(null);
  expect(hiddenCondition(segment, 1_000)).toBe(null);
  const outside = [
    { startMs: 0, endExclusiveMs: 1_000 },
    { startMs: 2_001, endExclusiveMs: 9_000 },
  ];
  expect(hiddenCondition({ ...segment, deletions: outside }, null)).toBe(null);
});

test('a segment with hidden facts gets one condition for retention, batches and ranges together', () => {
  const deletions = [{ batchSeq: '7' }, { startMs: 1_500, endExclusiveMs: 1_600 }, { batchSeq: '9' }];
  expect(hiddenCondition({ ...segment, deletions }, 1_001)).toBe(
    '"timestamp" < epoch_ms(1001::BIGINT)' +
      ' or coalesce("batch_seq" in (7, 9), false)' +
      ' or ("timestamp" >= epoch_ms(1500::BIGINT) and "timestamp" < epoch_ms(1600::BIGINT))',
  );
});
