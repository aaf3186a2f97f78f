/** In the order of the form. */
export const relativeRanges = [
  ...['last60minutes', 'last24hours', 'last7days'],
  ...['today', 'yesterday', 'thisWeek', 'lastWeek', 'thisMonth', 'lastMonth'],
  ...['thisQuarter', 'lastQuarter', 'thisYear', 'lastYear'],
] as const;

export const timeUnits = ['second', 'minute', 'hour', 'day', 'week', 'month'] as const;

/** Returns the clock time in a zone as `datetime-local` inputs have it: `2026-11-30T13:05`. Empty for no time. */
export function wallTimeOf(iso: string, timeZone: string): string {
  const instant = new Date(withZone(iso));
  return Number.isNaN(instant.getTime()) ? '' : wallParts(instant, timeZone);
}

/** The API takes a time without zone as UTC, browsers as their own. */
function withZone(iso: string): string {
  return /T.*(Z|[+-]\d\d:?\d\d)$/i.test(iso) ? iso : `${iso.includes('T') ? iso : `${iso}T00:00`}Z`;
}

/**
 * Returns the instant of a clock time in a zone, in UTC. Of a time that clocks show twice the first one, and of one that
 * they skip the time as far behind the gap.
 */
export function instantOfWallTime(wall: string, timeZone: string): string {
  const asUtcMs = Date.parse(`${wall}Z`);
  if (Number.isNaN(asUtcMs)) return '';
  const offsetMs = (atMs: number) => Date.parse(`${wallParts(new Date(atMs), timeZone, true)}Z`) - atMs;
  // The offsets a day before and a day after are those on both sides of a change.
  const candidates = [asUtcMs - offsetMs(asUtcMs - 86_400_000), asUtcMs - offsetMs(asUtcMs + 86_400_000)];
  const exact = candidates.filter((atMs) => atMs + offsetMs(atMs) === asUtcMs);
  const atMs = exact.length === 0 ? candidates[0] : Math.min(...exact);
  return new Date(atMs ?? asUtcMs).toISOString().replace('.000Z', 'Z');
}

function wallParts(instant: Date, timeZone: string, withSeconds = false): string {
  const format = new Intl.DateTimeFormat('en-CA', {
    ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
  });
  const parts = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, value]));
  const { year = '', month = '', day = '', hour = '', minute = '', second = '' } = parts;
  const minutes = `${year.padStart(4, '0')}-${month}-${day}T${hour}:${minute}`;
  return withSeconds ? `${minutes}:${second}` : minutes;
}
