import type { Tenant, TimeRange } from '@hourglass/query';
import { dayMs, spreadOverDays, type SegmentDay } from './segment-days.ts';
import type { Counted, UsageStore } from './usage-store.ts';

/** More than an environment has unless its segments are never merged. */
const maxSegments = 10_000;
const defaultDays = 30;

export interface CountedSegments extends Counted {
  readonly days: readonly SegmentDay[];
}

/**
 * Counts segments by day in UTC.
 * @param range null: the 30 days until the newest sealed fact. It is widened to whole days.
 */
export async function countSegments(
  usage: Pick<UsageStore, 'newestSealedFact' | 'segments'>,
  tenant: Tenant,
  {
    range,
    nowMs,
    limit = maxSegments,
  }: { readonly range: TimeRange | null; readonly nowMs: number; readonly limit?: number },
): Promise<CountedSegments> {
  const { startMs, endExclusiveMs } = wholeDays(range ?? (await newestDays(usage, tenant, nowMs)));
  const days = { startMs, endExclusiveMs };
  // One more shows whether segments were left out. None of those has facts after the newest one of the last that was read.
  const found = await usage.segments(tenant, days, limit + 1);
  const cut = found.length > limit ? found.at(-1) : undefined;
  const countedFromMs = cut === undefined ? startMs : Math.max(startMs, nextDay(cut.lastMs));
  const counted = { startMs: countedFromMs, endExclusiveMs };
  return {
    ...{ from: new Date(startMs), to: new Date(endExclusiveMs), countedFrom: new Date(countedFromMs) },
    days: spreadOverDays(found.slice(0, limit), counted),
  };
}

async function newestDays(
  usage: Pick<UsageStore, 'newestSealedFact'>,
  tenant: Tenant,
  nowMs: number,
): Promise<TimeRange> {
  const newestMs = (await usage.newestSealedFact(tenant))?.getTime() ?? nowMs;
  const endExclusiveMs = nextDay(newestMs);
  return { startMs: endExclusiveMs - defaultDays * dayMs, endExclusiveMs };
}

function wholeDays({ startMs, endExclusiveMs }: TimeRange): TimeRange {
  return {
    startMs: Math.floor(startMs / dayMs) * dayMs,
    endExclusiveMs: Math.ceil(endExclusiveMs / dayMs) * dayMs,
  };
}

/** The first midnight in UTC after a time. */
function nextDay(ms: number): number {
  return (Math.floor(ms / dayMs) + 1) * dayMs;
}
