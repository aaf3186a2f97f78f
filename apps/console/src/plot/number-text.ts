import type { Row } from '../rows/result.ts';
import type { Texts } from '../text/texts.tsx';

/** Numbers of a metric in a language. */
export interface NumberTexts {
  /** At most three digits, for cells. */
  readonly short: (value: number) => string;
  /** For axes, whose neighbours differ in later digits. */
  readonly axis: (value: number) => string;
  readonly plain: (value: number) => string;
  /** Every digit, with the unit. */
  readonly exact: (value: Row[string]) => string;
}

export const absent = '—';

/** Units of the catalogue that `Intl` has. */
const intlUnits: Readonly<Record<string, string>> = {
  milliseconds: 'millisecond',
  seconds: 'second',
  hours: 'hour',
  bytes: 'byte',
  percent: 'percent',
};

/** The others, which have texts. TiB is the same in every language. */
const namedUnits = [
  'addresses',
  'apps',
  'calls',
  'calls per minute',
  'calls per second',
  'currency',
  'developers',
  'elements',
  'executions',
  'factor',
  'faults',
  'hundredths',
  'licences',
  'not stated',
  'orders',
  'samples',
  'trainings',
  'transactions',
  'units',
  'users',
  'uses',
] as const;

/** Smaller numbers have room on an axis. */
const compactFrom = 10_000;

/** Whether numbers of the unit are shown with it. */
export function hasIntlUnit(unit: string | null): boolean {
  return unit !== null && Object.hasOwn(intlUnits, unit);
}

export function numberTexts(tag: string, unit: string | null): NumberTexts {
  const style = styleOf(unit);
  const short = new Intl.NumberFormat(
    tag,
    unit === 'ratio'
      ? { style: 'percent', maximumFractionDigits: 0 }
      : { notation: 'compact', maximumSignificantDigits: 3 },
  );
  const axis = new Intl.NumberFormat(
    tag,
    unit === 'ratio' ? { style: 'percent', maximumFractionDigits: 2 } : {},
  );
  const largeAxis = new Intl.NumberFormat(tag, { notation: 'compact', maximumFractionDigits: 2 });
  const plain = new Intl.NumberFormat(tag, { ...style, maximumFractionDigits: unit === 'ratio' ? 1 : 2 });
  const exact = new Intl.NumberFormat(tag, { ...style, maximumFractionDigits: 20 });
  return {
    short: (value) => short.format(value),
    axis: (value) => (Math.abs(value) < compactFrom ? axis : largeAxis).format(value),
    plain: (value) => plain.format(value),
    exact: (value) => exactText(value, exact),
  };
}

function styleOf(unit: string | null): Intl.NumberFormatOptions {
  if (unit === 'ratio') return { style: 'percent' };
  const known = intlUnits[unit ?? ''];
  return known === undefined ? {} : { style: 'unit', unit: known };
}

/** Whole numbers and decimals come as texts where they may have more digits than a number holds. */
function exactText(value: Row[string], format: Intl.NumberFormat): string {
  if (value === null) return absent;
  if (typeof value === 'number') return format.format(value);
  return isDecimal(value) ? format.format(value) : value;
}

/**
 * Returns the name of a unit in the language; a unit that an organization declared stays as it is. Null: numbers of the
 * unit are shown with it, as percent are.
 */
export function unitText({ t, tag }: Pick<Texts, 't' | 'tag'>, unit: string | null): string | null {
  if (unit === null || unit === 'ratio') return null;
  const known = intlUnits[unit];
  if (known === undefined) return namedText(t, unit);
  const parts = new Intl.NumberFormat(tag, { style: 'unit', unit: known, unitDisplay: 'long' }).formatToParts(
    5,
  );
  return parts.find(({ type }) => type === 'unit' || type === 'percentSign')?.value ?? unit;
}

function namedText(t: Texts['t'], unit: string): string {
  const named = namedUnits.find((name) => name === unit);
  return named === undefined ? unit : t(`unit.${named}`);
}

/** Returns a relative change with its sign, such as +12.5%. */
export function changeText(tag: string, change: number): string {
  const options = { style: 'percent', maximumFractionDigits: 1, signDisplay: 'exceptZero' } as const;
  return new Intl.NumberFormat(tag, options).format(change);
}

function isDecimal(text: string): text is Intl.StringNumericLiteral {
  return /^-?\d+(\.\d{1,20})?$/.test(text);
}
