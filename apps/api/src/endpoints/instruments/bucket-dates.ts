const dayMs = 86_400_000;

/** The dates of all buckets between two local times, milliseconds since 1970 as if they were UTC, both inclusive. */
export function bucketDates(fromLocalMs: number, toLocalMs: number, unit: 'day' | 'month'): string[] {
  const dateLength = unit === 'day' ? 'YYYY-MM-DD'.length : 'YYYY-MM'.length;
  const dates = new Set<string>();
  for (let day = Math.floor(fromLocalMs / dayMs); day * dayMs <= toLocalMs; day += 1) {
    dates.add(new Date(day * dayMs).toISOString().slice(0, dateLength));
  }
  return [...dates];
}
