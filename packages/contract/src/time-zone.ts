const zoneName = /^(?:UTC|[A-Za-z_]+(?:\/[A-Za-z0-9_+-]+)+)$/;

/**
 * Returns whether the tz database has a zone of this name, such as `Europe/Berlin` or `UTC`, in any
 * letter case. Abbreviations are not accepted: PostgreSQL reads `CET` as a fixed offset without
 * daylight saving time, and `CST` is the time of Chicago to some programs and of Shanghai to others.
 */
export function isTimeZone(name: string): boolean {
  if (!zoneName.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
