import { notSetText, offsetText, type OutputColumn, type ZoneOffset } from '@hourglass/query';

const utc = { offsetSeconds: 0 };

export type TypedValue = string | number | bigint | boolean | Date | null | undefined;

/**
 * Writes a typed value as NDJSON has it: whole numbers, booleans and times are texts, floats are
 * numbers with a decimal point.
 */
export function jsonCell(value: TypedValue, { kind, shows, offsets, isDigits }: OutputColumn): string {
  if (value === null || value === undefined) {
    return kind === 'float' || isDigits === true ? 'null' : JSON.stringify(notSetText);
  }
  if (kind === 'float') return floatText(Number(value));
  if (!(value instanceof Date)) return JSON.stringify(String(value));
  if (offsets !== undefined) return JSON.stringify(localText(value, offsets));
  const shown = value.toISOString().replace('T', ' ');
  return JSON.stringify(`${shown.slice(0, shows === 'bucket' ? 19 : 23)} UTC`);
}

/** Writes a time as local time with its offset. */
function localText(time: Date, offsets: readonly ZoneOffset[]): string {
  const { offsetSeconds } = offsets.findLast(({ fromMs }) => fromMs <= time.getTime()) ?? offsets[0] ?? utc;
  const local = new Date(time.getTime() + offsetSeconds * 1_000).toISOString().slice(0, 19);
  return `${local}${offsetText(offsetSeconds)}`;
}

/** Writes a finite float like JavaScript, but always with a decimal point: `1e21` is `1.0e21`. */
function floatText(value: number): string {
  const [mantissa = '', exponent] = String(value).split('e');
  const digits = mantissa.includes('.') ? mantissa : `${mantissa}.0`;
  if (exponent === undefined) return digits;
  return `${digits}e${exponent.replace('+', '')}`;
}
