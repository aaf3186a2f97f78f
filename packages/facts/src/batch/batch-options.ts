import type { UndeclaredFields } from '@hourglass/query/catalogue';
import type { BulkPorts } from '../bulk/segment-encoder.ts';
import type { RowFormat } from '../check/row-format.ts';
import type { BodyLimits, BodyMeter } from './body-meter.ts';
import type { ByteBudget } from './byte-budget.ts';
import type { BatchIdentity, FactStore } from './fact-store.ts';
import type { TimeBounds } from '../columns/time-rule.ts';

/** Where the bodies of batches are kept until they have arrived. */
export interface BatchSpace {
  /** Shared by all bodies of a process. */
  readonly memory: ByteBudget;
  /** Shared by the bodies of an organization. */
  readonly scratch: ByteBudget;
  /** Holds a directory for each body that is too large for memory. */
  readonly scratchDirectory: string;
}

export interface AcceptBatchOptions {
  readonly identity: BatchIdentity;
  readonly store: FactStore;
  /**
   * Converts large batches of facts directly to segments. Without it they go through the hot table.
   */
  readonly bulk?: BulkPorts;
  readonly space: BatchSpace;
  readonly limits: BodyLimits;
  /** Bounds the open transactions of batches. */
  readonly writePermits: WritePermits;
  /** Whether a faulty row refuses the whole batch, or is skipped and reported. */
  readonly onError: 'refuse' | 'skip';
  /** Whether an undeclared field is a fault (the default) or ignored. */
  readonly undeclaredFields?: UndeclaredFields;
  /** The times at which facts and records may have happened. */
  readonly times: TimeBounds;
  readonly signal: AbortSignal;
}

/** Bounds concurrent work. `run` throws the reason of `signal` when that aborts during the wait. */
export interface WritePermits {
  run<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result>;
}

/** A body that was read in part. */
export interface ArrivingBody {
  readonly format: RowFormat;
  readonly meter: BodyMeter;
  readonly source: AsyncIterable<Buffer>;
}
