/** The names of the weekdays, from Sunday. */
export function weekdayNames(tag: string): string[] {
  const format = new Intl.DateTimeFormat(tag, { weekday: 'long', timeZone: 'UTC' });
  // 4 January 1970 was a Sunday.
  return Array.from({ length: 7 }, (_, day) => format.format(new Date((day + 3) * 86_400_000)));
}
