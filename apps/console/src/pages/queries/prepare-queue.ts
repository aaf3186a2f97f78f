import type { QueueView } from '@hourglass/contract';
import { formatDuration } from '../../text/quantities.ts';
import type { TextKey } from '../../text/languages.ts';

/** The place of a waiting query, for people. */
export interface QueuePlace {
  readonly position: number;
  readonly reasonKey: TextKey;
  /** Queries ahead. */
  readonly ahead: number;
  /** Within which it ends in half, and in nine of ten cases, as texts of the language. */
  readonly soon: string;
  readonly late: string;
}

export function prepareQueue({ position, ahead, reason, eta }: QueueView, tag: string): QueuePlace {
  return {
    position,
    reasonKey: `queue.${reason}`,
    ahead: ahead.ours + ahead.others,
    soon: formatDuration(eta.p50, tag),
    late: formatDuration(eta.p90, tag),
  };
}
