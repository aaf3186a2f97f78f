/** Names of the weekdays, Monday first, and of the hours of a day. */
export function weekNames(tag: string): {
  readonly days: readonly string[];
  readonly hours: readonly string[];
} {
  const day = new Intl.DateTimeFormat(tag, { weekday: 'short', timeZone: 'UTC' });
  const digits = new Intl.NumberFormat(tag, { minimumIntegerDigits: 2 });
  return {
    // 5 January 1970 was a Monday.
    days: Array.from({ length: 7 }, (_day, index) => day.format(new Date(Date.UTC(1970, 0, 5 + index)))),
    hours: Array.from({ length: 24 }, (_hour, index) => digits.format(index)),
  };
}
