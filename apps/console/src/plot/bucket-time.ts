/** The beginning of a time bucket. */
export interface Bucket {
  readonly atSeconds: number;
  /** Seconds that the clocks of the report are ahead of UTC then. */
  readonly offsetSeconds: number;
}

/** `2026-11-30 10:00:00 UTC`, or with `timeZone` `2026-11-30T11:00:00+01:00`, whose offset may have seconds. */
const utc = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC$/;
const local = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)([+-])(\d\d):(\d\d)(?::(\d\d))?$/;

/** Reads the time column of a row. Null: another form. */
export function bucketOf(text: string): Bucket | null {
  const [, day, time] = utc.exec(text) ?? [];
  if (day !== undefined) return bucketAt(`${day}T${time}Z`, 0);
  const [, wall, sign, hours, minutes, seconds = '0'] = local.exec(text) ?? [];
  if (wall === undefined) return null;
  const ahead = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return bucketAt(`${wall}Z`, sign === '-' ? -ahead : ahead);
}

function bucketAt(wall: string, offsetSeconds: number): Bucket | null {
  const wallSeconds = Date.parse(wall) / 1000;
  return Number.isNaN(wallSeconds) ? null : { atSeconds: wallSeconds - offsetSeconds, offsetSeconds };
}

/** Returns the offset at a time: that of the last bucket before it. */
export function offsetAt(buckets: readonly Bucket[], atSeconds: number): number {
  const last = buckets.findLast((bucket) => bucket.atSeconds <= atSeconds) ?? buckets[0];
  return last?.offsetSeconds ?? 0;
}
