import { readIsoTime } from '../../columns/iso-time.ts';

export const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const logTime = /^(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}:\d{2}:\d{2}) ([+-]\d{4})$/;

/**
 * Reads a time such as `17/May/2015:10:05:03 +0000`. Returns milliseconds since 1970, or null if it
 * is not one.
 */
export function readLogTime(text: string): number | null {
  const match = logTime.exec(text);
  if (match === null) return null;
  const [, day, monthName = '', year, time, zone] = match;
  const month = String(months.indexOf(monthName) + 1).padStart(2, '0');
  return readIsoTime(`${year}-${month}-${day}T${time}${zone}`);
}
