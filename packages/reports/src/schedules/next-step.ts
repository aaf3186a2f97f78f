import type { DueTimes } from '@hourglass/query';
import type { CatchUp } from './schedule.ts';

/** A due time is missed when its run has not begun this long after it. */
export const missedAfterMs = 5 * 60_000;
/** The newest missed due times that `all` runs. */
export const maxCaughtUp = 1_000;
/** A run that limits refuse is tried again for so long, and until the next due time. */
export const maxRefusedMs = 24 * 3_600_000;
/** More missed due times are skipped in several steps, because finding them takes processor time. */
const maxSkipped = 5_000;

export interface DueSchedule {
  readonly catchUp: CatchUp;
  /** Not after `nowMs`. */
  readonly dueMs: number;
  readonly nowMs: number;
  /** Since when limits refuse the due run. Null: they did not. */
  readonly refusedSinceMs: number | null;
}

/** The next action of a schedule that is due. The due time after it is `nextMs`; null: there is none. */
export type NextStep =
  | { readonly kind: 'run'; readonly nextMs: number | null }
  | { readonly kind: 'giveUp'; readonly nextMs: number | null }
  /** Skip the due times from the present one to `lastMs`. */
  | {
      readonly kind: 'skip';
      readonly lastMs: number;
      readonly count: number;
      readonly nextMs: number | null;
    };

/** Decides whether a due time is run, and which missed ones are skipped before the first that is. */
export function nextStep(schedule: DueSchedule, dueTimes: DueTimes): NextStep {
  const { catchUp, dueMs, nowMs, refusedSinceMs } = schedule;
  const nextMs = dueTimes.after(dueMs);
  if (refusedSinceMs !== null) {
    const isOver = nowMs - refusedSinceMs >= maxRefusedMs;
    const isReplaced = catchUp !== 'all' && nextMs !== null && nextMs <= nowMs;
    return { kind: isOver || isReplaced ? 'giveUp' : 'run', nextMs };
  }
  const firstRunMs = firstToRun(schedule, dueTimes);
  if (firstRunMs === dueMs) return { kind: 'run', nextMs };
  const skipped = takeBefore(dueTimes, dueMs, firstRunMs ?? Infinity, maxSkipped);
  const lastMs = skipped.at(-1) ?? dueMs;
  return { kind: 'skip', lastMs, count: skipped.length, nextMs: dueTimes.after(lastMs) };
}

/** Returns the first due time from the present one on that is run; null: none that has passed. */
function firstToRun({ catchUp, dueMs, nowMs }: DueSchedule, dueTimes: DueTimes): number | null {
  const missedBeforeMs = nowMs - missedAfterMs;
  if (dueMs >= missedBeforeMs) return dueMs;
  if (catchUp === 'skip') return dueTimes.after(missedBeforeMs - 1);
  return newestBefore(
    dueTimes,
    { fromMs: dueMs, beforeMs: missedBeforeMs },
    catchUp === 'all' ? maxCaughtUp : 1,
  );
}

/**
 * Returns the due time that `count - 1` later ones before `beforeMs` follow, or the first one if
 * there are fewer. Looks at windows of growing length that end at `beforeMs`, because most crons
 * have few due times in a day and some have 1,440.
 */
function newestBefore(
  dueTimes: DueTimes,
  { fromMs, beforeMs }: { readonly fromMs: number; readonly beforeMs: number },
  count: number,
): number {
  // Due times are at least a minute apart.
  if (beforeMs - fromMs <= (count - 1) * 60_000) return fromMs;
  for (let lengthMs = count * 60_000; ; lengthMs *= 4) {
    const startMs = Math.max(fromMs, beforeMs - lengthMs);
    const found = takeBefore(dueTimes, startMs === fromMs ? fromMs : dueTimes.after(startMs), beforeMs);
    const newest = found.at(-count);
    if (newest !== undefined) return newest;
    if (startMs === fromMs) return found[0] ?? fromMs;
  }
}

function takeBefore(
  dueTimes: DueTimes,
  fromMs: number | null,
  beforeMs: number,
  atMost = Infinity,
): readonly number[] {
  const taken: number[] = [];
  for (let ms = fromMs; ms !== null && ms < beforeMs && taken.length < atMost; ms = dueTimes.after(ms)) {
    taken.push(ms);
  }
  return taken;
}
