export const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const logTime = /^(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2})$/;

/**
 * Reads a time such as `17/May/2015:10:05:03 +0000`. Returns milliseconds since 1970, or null if it
 * is not one.
 */
export function readLogTime(text: string): number | null {
  const match = logTime.exec(text);
  if (match === null) return null;
  const [, day, monthName = '', year, hour, minute, second, sign, zoneHours, zoneMinutes] = match;
  const month = months.indexOf(monthName);
  const midnightMs = Date.UTC(Number(year), month, Number(day));
  // Date.UTC moves a day that does not exist to the next month.
  if (month < 0 || new Date(midnightMs).getUTCDate() !== Number(day)) return null;
  // A leap second is second 60.
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return null;
  if (Number(zoneHours) > 23 || Number(zoneMinutes) > 59) return null;
  const zoneMinutesEast = (Number(zoneHours) * 60 + Number(zoneMinutes)) * (sign === '-' ? -1 : 1);
  return midnightMs + ((Number(hour) * 60 + Number(minute) - zoneMinutesEast) * 60 + Number(second)) * 1000;
}
