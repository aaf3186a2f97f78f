import type { Bucket } from './bucket-time.ts';

/** The buckets that are shown, by index; both ends are included. */
export interface Zoom {
  readonly first: number;
  readonly last: number;
}

const minBuckets = 2;

/** Reads the zoom in the URL, as times in seconds since 1970. The whole plot if there is none or it is outside. */
export function zoomOf(buckets: readonly Bucket[], from: string | null, to: string | null): Zoom {
  const whole = { first: 0, last: buckets.length - 1 };
  if (from === null || to === null || !/^-?\d+$/.test(from) || !/^-?\d+$/.test(to)) return whole;
  return zoomBetween(buckets, Number(from), Number(to)) ?? whole;
}

/** Returns the zoom to a span of time. Null: it has fewer than two buckets. */
export function zoomBetween(buckets: readonly Bucket[], fromSeconds: number, toSeconds: number): Zoom | null {
  const first = buckets.findIndex(({ atSeconds }) => atSeconds >= fromSeconds);
  const last = buckets.findLastIndex(({ atSeconds }) => atSeconds <= toSeconds);
  return first === -1 || last - first + 1 < minBuckets ? null : { first, last };
}

export function isWhole(buckets: readonly Bucket[], { first, last }: Zoom): boolean {
  return first === 0 && last === buckets.length - 1;
}

/** Moves one end, but not beyond the other. */
export function withEnd(zoom: Zoom, end: 'first' | 'last', index: number): Zoom {
  return end === 'first'
    ? { ...zoom, first: Math.min(index, zoom.last - minBuckets + 1) }
    : { ...zoom, last: Math.max(index, zoom.first + minBuckets - 1) };
}

/** Moves both ends by a number of buckets, as far as there are buckets. */
export function movedZoom(buckets: readonly Bucket[], { first, last }: Zoom, by: number): Zoom {
  const step = Math.max(-first, Math.min(by, buckets.length - 1 - last));
  return { first: first + step, last: last + step };
}
