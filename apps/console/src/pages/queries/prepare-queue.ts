import type { QueueView } from '@hourglass/contract';
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

const units = [
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

export function prepareQueue({ position, ahead, reason, eta }: QueueView, tag: string): QueuePlace {
  return {
    position,
    reasonKey: `queue.${reason}`,
    ahead: ahead.ours + ahead.others,
    soon: durationText(eta.p50, tag),
    late: durationText(eta.p90, tag),
  };
}

/** Rounds up to whole seconds, minutes from 90 seconds, and hours from 90 minutes. */
export function durationText(seconds: number, tag: string): string {
  const [unit, length] = units.find(([, each]) => seconds >= each * 1.5) ?? (['second', 1] as const);
  return new Intl.NumberFormat(tag, { style: 'unit', unit, unitDisplay: 'long' }).format(
    Math.max(1, Math.ceil(seconds / length)),
  );
}
