/** Writes an offset such as `+01:00`. It has seconds only if they are not 0, such as `-00:44:30`. */
export function offsetText(offsetSeconds: number): string {
  const time = new Date(Math.abs(offsetSeconds) * 1_000).toISOString().slice(11, 19);
  return `${offsetSeconds < 0 ? '-' : '+'}${time.endsWith(':00') ? time.slice(0, 5) : time}`;
}
