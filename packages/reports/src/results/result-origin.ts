import type { Plan } from '@hourglass/query';
import type { FactFiles } from '../queries/segment-files.ts';

/** Origin of a result: plan, attempt and facts. */
export interface ResultOrigin {
  readonly plan: Plan;
  readonly attempt: number;
  /** Sequence number of the newest batch in the snapshot. Null when there was none. */
  readonly watermark: bigint | null;
  readonly snapshotAt: Date;
}

export function originOf(
  { plan, attempt }: Pick<ResultOrigin, 'plan' | 'attempt'>,
  { watermark, takenAt }: FactFiles,
): ResultOrigin {
  return { plan, attempt, watermark, snapshotAt: takenAt };
}
