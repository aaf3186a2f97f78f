import type { Plan } from '@hourglass/query';
import type { FactFiles } from '../queries/segment-files.ts';

/** Where a result comes from: which attempt at which plan, over which facts. */
export interface ResultOrigin {
  readonly plan: Plan;
  readonly attempt: number;
  /** Number of the newest batch that the snapshot had; null: there was none. */
  readonly watermark: bigint | null;
  readonly snapshotAt: Date;
}

export function originOf(
  { plan, attempt }: Pick<ResultOrigin, 'plan' | 'attempt'>,
  { watermark, takenAt }: FactFiles,
): ResultOrigin {
  return { plan, attempt, watermark, snapshotAt: takenAt };
}
