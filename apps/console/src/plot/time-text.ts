import { offsetAt, type Bucket } from './bucket-time.ts';

/** Returns the texts of times by the clocks of the report. */
function timeText(
  buckets: readonly Bucket[],
  tag: string,
  options: Intl.DateTimeFormatOptions,
): (seconds: number) => string {
  const format = new Intl.DateTimeFormat(tag, { ...options, timeZone: 'UTC' });
  return (seconds) => format.format(new Date((seconds + offsetAt(buckets, seconds)) * 1000));
}

/** Dates at midnight, clock times between. */
export function axisText(buckets: readonly Bucket[], tag: string): (seconds: number) => string {
  const day = timeText(buckets, tag, { month: 'short', day: 'numeric' });
  const time = timeText(buckets, tag, { hour: '2-digit', minute: '2-digit' });
  return (seconds) => {
    const isMidnight = (seconds + offsetAt(buckets, seconds)) % 86_400 === 0;
    return isMidnight ? day(seconds) : time(seconds);
  };
}

/** uPlot reads clock times from the local getters of this date. */
export function wallDate(buckets: readonly Bucket[], seconds: number): Date {
  const wall = new Date((seconds + offsetAt(buckets, seconds)) * 1000);
  return new Date(
    wall.getUTCFullYear(),
    wall.getUTCMonth(),
    wall.getUTCDate(),
    wall.getUTCHours(),
    wall.getUTCMinutes(),
    wall.getUTCSeconds(),
  );
}

/** Returns how a bucket is named: with its clock time unless all of them begin at midnight. */
export function bucketText(buckets: readonly Bucket[], tag: string): (bucket: Bucket) => string {
  const areDays = buckets.every(({ atSeconds, offsetSeconds }) => (atSeconds + offsetSeconds) % 86_400 === 0);
  const hasSeconds = buckets.some(({ atSeconds }) => atSeconds % 60 !== 0);
  const format = new Intl.DateTimeFormat(tag, {
    ...{ timeZone: 'UTC', dateStyle: 'medium' },
    ...(areDays ? {} : { timeStyle: hasSeconds ? 'medium' : 'short' }),
  });
  return ({ atSeconds, offsetSeconds }) => format.format(new Date((atSeconds + offsetSeconds) * 1000));
}
