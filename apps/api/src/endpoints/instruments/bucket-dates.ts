import { bucketNumber, type ChartsAsked } from '@hourglass/contract';

/** The dates of all buckets between two local times, milliseconds since 1970 as if they were UTC, both inclusive. */
export function bucketDates(fromLocalMs: number, toLocalMs: number, unit: ChartsAsked['unit']): string[] {
  const first = bucketNumber(fromLocalMs, unit);
  const last = bucketNumber(toLocalMs, unit);
  return Array.from({ length: last - first + 1 }, (_, index) =>
    unit === 'day'
      ? new Date((first + index) * 86_400_000).toISOString().slice(0, 'YYYY-MM-DD'.length)
      : new Date(Date.UTC(1970, first + index)).toISOString().slice(0, 'YYYY-MM'.length),
  );
}
