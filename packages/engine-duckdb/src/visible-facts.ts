import { batchSeqColumn, type StoredSegment } from '@hourglass/query';
import { timeLiteral } from './time-literal.ts';

/** The part of a segment that decides which of its facts are hidden. */
export interface HidingSegment extends Pick<StoredSegment, 'firstMs' | 'lastMs' | 'deletions'> {}

/**
 * Returns the SQL condition of a segment's facts that are hidden: deleted, or past their retention.
 * Returns null if none can be, so that a segment without any is read without a condition.
 */
export function hiddenCondition(
  { firstMs, lastMs, deletions }: HidingSegment,
  expiredBeforeMs: number | null,
): string | null {
  const conditions: string[] = [];
  if (expiredBeforeMs !== null && firstMs < expiredBeforeMs)
    conditions.push(`"timestamp" < ${timeLiteral(expiredBeforeMs)}`);
  const batches = deletions.flatMap((one) => ('batchSeq' in one ? [BigInt(one.batchSeq)] : []));
  // Facts of segments that an earlier version wrote have no batch.
  if (batches.length > 0)
    conditions.push(`coalesce("${batchSeqColumn.name}" in (${batches.join(', ')}), false)`);
  for (const one of deletions) {
    if ('batchSeq' in one || one.endExclusiveMs <= firstMs || one.startMs > lastMs) continue;
    conditions.push(
      `("timestamp" >= ${timeLiteral(one.startMs)} and "timestamp" < ${timeLiteral(one.endExclusiveMs)})`,
    );
  }
  return conditions.length === 0 ? null : conditions.join(' or ');
}
