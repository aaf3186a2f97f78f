import type { Plan } from '@hourglass/query';
import type { FactSnapshot } from '../queries/fact-source.ts';
import type { EngineIdentity } from '../queries/report-engine.ts';

/** Origin of a result: plan, attempt and facts. */
export interface ResultOrigin {
  readonly plan: Plan;
  readonly attempt: number;
  /** Sequence number of the newest batch in the snapshot. Null when there was none. */
  readonly watermark: bigint | null;
  readonly snapshotAt: Date;
  readonly engine: EngineIdentity;
}

export function originOf(
  { plan, attempt }: Pick<ResultOrigin, 'plan' | 'attempt'>,
  { watermark, takenAt }: Pick<FactSnapshot, 'watermark' | 'takenAt'>,
  engine: EngineIdentity,
): ResultOrigin {
  return { plan, attempt, watermark, snapshotAt: takenAt, engine };
}
