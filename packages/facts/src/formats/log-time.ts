const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const logTime = /^(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2})$/;

/** Reads `17/May/2015:10:05:03 +0000` to milliseconds since 1970; null when it is no such time. */
export function readLogTime(text: string): number | null {
  const match = logTime.exec(text);
  if (match === null) return null;
  const [, day, monthName = '', year, hour, minute, second, sign, zoneHours, zoneMinutes] = match;
  const month = months.indexOf(monthName);
  const midnightMs = Date.UTC(Number(year), month, Number(day));
  // A day that the month does not have would roll over into the next one.
  if (month < 0 || new Date(midnightMs).getUTCDate() !== Number(day)) return null;
  // Second 60 is how a log writes a leap second.
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return null;
  if (Number(zoneHours) > 23 || Number(zoneMinutes) > 59) return null;
  const zoneMinutesEast = (Number(zoneHours) * 60 + Number(zoneMinutes)) * (sign === '-' ? -1 : 1);
  return midnightMs + ((Number(hour) * 60 + Number(minute) - zoneMinutesEast) * 60 + Number(second)) * 1000;
}
