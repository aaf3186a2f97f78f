import { InvalidArgumentError } from 'commander';

/** A value in place of a setting, or the setting's value. */
export type Override = number | 'default';

/** @throws InvalidArgumentError */
export function parseOverride(value: string): Override {
  if (value === 'default') return value;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new InvalidArgumentError('expected a whole number or "default"');
}

/** As the API represents it. */
export function overrideOrNull(value: Override): number | null {
  return value === 'default' ? null : value;
}

export function originOf(own: number | null): string {
  return own === null ? 'default' : 'override';
}
