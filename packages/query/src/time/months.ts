/** Counts the months from year 0 to that of a time in UTC. */
export function monthOf(ms: number): number {
  const date = new Date(ms);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

/**
 * Returns the start of a month of `monthOf`. `Date.UTC` is not used, because it maps years below 100
 * to the 20th century.
 */
export function monthStartMs(month: number): number {
  return new Date(0).setUTCFullYear(Math.floor(month / 12), month % 12, 1);
}
