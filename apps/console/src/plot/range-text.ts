import type { QueryParams } from '@hourglass/contract';

/** Returns the range of a report by its clocks, and their zone, such as `1 Mar 2026, 00:00 – 2 Mar 2026, 00:00 · UTC`. */
export function rangeText(
  {
    startTimestamp,
    endTimestamp,
    timeZone = 'UTC',
  }: Pick<QueryParams, 'startTimestamp' | 'endTimestamp' | 'timeZone'>,
  tag: string,
): string {
  const format = new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short', timeZone });
  // Not `formatRange`, which shortens an end that readers must find.
  return `${format.format(new Date(startTimestamp))} – ${format.format(new Date(endTimestamp))} · ${timeZone}`;
}
