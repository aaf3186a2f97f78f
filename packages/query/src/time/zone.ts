import type { Plan, TimeRange, TimeUnit } from '../plan/plan.ts';
import { type Bucketing, bucketRange } from './bucket-range.ts';
import { fixedOffset, type ZoneOffset } from './zone-offset.ts';
import { zoneOffsets } from './zone-offsets.ts';

/** The zone of a request: a fixed offset east of UTC, or a name in the tz database. */
export type Zone = { readonly utcOffsetMinutes: number } | { readonly name: string };

export const utc: Zone = { utcOffsetMinutes: 0 };

/** Returns the bucket that contains a time in the zone. */
export function bucketInZone(ms: number, unit: TimeUnit, zone: Zone): TimeRange {
  const offsets =
    'name' in zone
      ? zoneOffsets(zone.name, { startMs: ms, endExclusiveMs: ms }, unit)
      : fixedOffset(zone.utcOffsetMinutes);
  return bucketRange(ms, { unit, offsets });
}

/** Returns the members of a plan that state its zone; none for UTC that was not named. */
export function frozenZone(
  zone: Zone,
  range: TimeRange,
  unit: TimeUnit | null,
): Pick<Plan, 'utcOffsetMinutes' | 'timeZone'> {
  if ('name' in zone) {
    return { timeZone: { name: zone.name, offsets: zoneOffsets(zone.name, range, unit) } };
  }
  return zone.utcOffsetMinutes === 0 ? {} : { utcOffsetMinutes: zone.utcOffsetMinutes };
}

/** The offsets of the zone in which the buckets of a plan begin. */
export function bucketOffsets({
  timeZone,
  utcOffsetMinutes = 0,
}: Pick<Plan, 'utcOffsetMinutes' | 'timeZone'>): readonly ZoneOffset[] {
  return timeZone?.offsets ?? fixedOffset(utcOffsetMinutes);
}

/** Returns the buckets of a plan, or null without a time unit. */
export function bucketingOf({
  timeUnit,
  ...zone
}: Pick<Plan, 'timeUnit' | 'utcOffsetMinutes' | 'timeZone'>): Bucketing | null {
  return timeUnit === null ? null : { unit: timeUnit, offsets: bucketOffsets(zone) };
}
