/** The beginning of a time bucket. */
export interface Bucket {
  readonly atSeconds: number;
  /** Seconds that the clocks of the report are ahead of UTC then. */
  readonly offsetSeconds: number;
}

/**
 * Reads the time column of a row: `2026-11-30 10:00:00 UTC`, or with `timeZone` `2026-11-30T11:00:00+01:00`, whose offset may have
 * seconds. Null: another form. Read by places, because a pattern takes five times as long for 100,000 rows.
 */
export function bucketOf(text: string): Bucket | null {
  const wallSeconds = wallSecondsOf(text);
  if (wallSeconds === null) return null;
  const offsetSeconds = offsetOf(text);
  return offsetSeconds === null ? null : { atSeconds: wallSeconds - offsetSeconds, offsetSeconds };
}

function wallSecondsOf(text: string): number | null {
  const hasMarks = text[4] === '-' && text[7] === '-' && text[13] === ':' && text[16] === ':';
  const [year, month, day] = [digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2)];
  const [hour, minute, second] = [digits(text, 11, 2), digits(text, 14, 2), digits(text, 17, 2)];
  const isTime =
    month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour < 24 && minute < 60 && second < 60;
  if (!hasMarks || !isTime || Number.isNaN(year)) return null;
  // `Date.UTC` takes the years before 100 for those after 1900.
  const wallMs =
    year < 100
      ? Date.parse(`${text.slice(0, 10)}T${text.slice(11, 19)}Z`)
      : Date.UTC(year, month - 1, day, hour, minute, second);
  return Number.isNaN(wallMs) ? null : wallMs / 1000;
}

function offsetOf(text: string): number | null {
  if (text[10] === ' ') return text.length === 23 && text.endsWith(' UTC') ? 0 : null;
  const sign = text[19];
  const hasSeconds = text.length === 28 && text[25] === ':';
  const hasForm = text[10] === 'T' && text[22] === ':' && (text.length === 25 || hasSeconds);
  if (!hasForm || (sign !== '+' && sign !== '-')) return null;
  const ahead =
    digits(text, 20, 2) * 3600 + digits(text, 23, 2) * 60 + (hasSeconds ? digits(text, 26, 2) : 0);
  if (Number.isNaN(ahead)) return null;
  return sign === '-' ? -ahead : ahead;
}

/** NaN: other characters than digits. */
function digits(text: string, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at += 1) {
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** Returns the offset at a time: that of the last bucket before it. `buckets` are ascending. */
export function offsetAt(buckets: readonly Bucket[], atSeconds: number): number {
  let [low, high] = [0, buckets.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((buckets[middle]?.atSeconds ?? Infinity) <= atSeconds) low = middle + 1;
    else high = middle;
  }
  return buckets[Math.max(0, low - 1)]?.offsetSeconds ?? 0;
}
