import type { Dataset } from '../catalogue/dataset.ts';
import { findDimension } from '../catalogue/look-up.ts';
import type { BoundPlan } from '../plan/bound-plan.ts';
import { isDistinctFunction } from '../plan/plan-function.ts';
import type { Plan, TimeUnit } from '../plan/plan.ts';
import { readRanges } from '../plan/read-ranges.ts';
import { bucketOffsets } from '../time/zone.ts';

/** Units of time in UTC in which partials keep the times of facts, longest first. */
const resolutions = ['day', 'hour', 'minute', 'second'] as const;
export type PartialResolution = (typeof resolutions)[number];

export const resolutionMs: Readonly<Record<PartialResolution, number>> = {
  day: 86_400_000,
  hour: 3_600_000,
  minute: 60_000,
  second: 1_000,
};

/**
 * Returns the longest unit that decides the bucket, the parts of the time and the range of all facts
 * in it. Null if there is none: of offsets with fractions of a minute, for example.
 */
export function partialResolution(boundPlan: BoundPlan): PartialResolution | null {
  const { plan } = boundPlan;
  const longest = longestUnit(boundPlan);
  const instants = [...changesOfLocalTime(plan), ...boundariesOfRanges(plan)];
  const fitting = resolutions.slice(resolutions.indexOf(longest));
  return fitting.find((unit) => instants.every((ms) => ms % resolutionMs[unit] === 0)) ?? null;
}

/** The unit of buckets and of parts of the time; a day if the report has neither. */
function longestUnit({ plan, dataset }: BoundPlan): PartialResolution {
  const distinct = plan.metrics.filter(({ function: name }) => isDistinctFunction(name));
  const read = [...plan.dimensions, ...distinct.map(({ metric }) => metric)];
  const units: readonly PartialResolution[] = [
    unitOf(plan.timeUnit),
    read.some((name) => isHourOfDay(name, dataset)) ? 'hour' : 'day',
  ];
  return resolutions.findLast((unit) => units.includes(unit)) ?? 'day';
}

function unitOf(unit: TimeUnit | null): PartialResolution {
  return resolutions.find((candidate) => candidate === unit) ?? 'day';
}

function isHourOfDay(name: string, dataset: Dataset): boolean {
  const source = findDimension(dataset, name)?.source;
  return source?.kind === 'timestamp-part' && source.part === 'hour_of_day';
}

/** Multiples of a unit if local time changes with it: offsets, and the instants from which they hold. */
function changesOfLocalTime(plan: Plan): readonly number[] {
  return bucketOffsets(plan).flatMap(({ fromMs, offsetSeconds }) => [fromMs, offsetSeconds * 1_000]);
}

/** One range alone is cut by its segments; two ranges share the rows of a unit that has a boundary within. */
function boundariesOfRanges(plan: Plan): readonly number[] {
  if (plan.comparedRange === undefined) return [];
  return readRanges(plan).flatMap(({ startMs, endExclusiveMs }) => [startMs, endExclusiveMs]);
}
