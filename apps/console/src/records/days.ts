const dayMs = 86_400_000;

/** Days as `YYYY-MM-DD`; both are included. */
export interface DayRange {
  readonly first: string;
  readonly last: string;
}

/** Reads the range in the URL; a day that is missing or misspelt is that of `fallback`. */
export function dayRangeOf(search: URLSearchParams, fallback: DayRange): DayRange {
  const dayOf = (name: keyof DayRange) => {
    const day = search.get(name) ?? '';
    return isDay(day) ? day : fallback[name];
  };
  return { first: dayOf('first'), last: dayOf('last') };
}

/** Returns the range of `days` days that ends with `last`. */
export function rangeUntil(last: string, days: number): DayRange {
  return { first: new Date(Date.parse(last) - (days - 1) * dayMs).toISOString().slice(0, 10), last };
}

/** The day that clocks of a zone show. */
export function dayIn(timeZone: string, nowMs: number): string {
  const format = new Intl.DateTimeFormat('en', {
    ...{ timeZone, year: 'numeric', month: '2-digit', day: '2-digit' },
  });
  const parts = new Map(format.formatToParts(nowMs).map(({ type, value }) => [type, value]));
  return [parts.get('year'), parts.get('month'), parts.get('day')].join('-');
}

/** Names the range in a language, such as `1 Jan 2026 – 30 Jan 2026 · UTC`. */
export function dayRangeText({ first, last }: DayRange, timeZone: string, tag: string): string {
  const format = new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeZone: 'UTC' });
  return `${format.format(Date.parse(first))} – ${format.format(Date.parse(last))} · ${timeZone}`;
}

/** Returns the search of the URL with other values. The section that a plot shows belongs to the range before. */
export function withValues(
  search: URLSearchParams,
  values: Readonly<Record<string, string | readonly string[]>>,
): URLSearchParams {
  const changed = new URLSearchParams(search);
  for (const name of ['from', 'to', 'hide', ...Object.keys(values)]) changed.delete(name);
  for (const [name, value] of Object.entries(values)) {
    for (const one of [value].flat()) if (one !== '') changed.append(name, one);
  }
  return changed;
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}
