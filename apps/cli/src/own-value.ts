import { InvalidArgumentError } from 'commander';

/** What an environment may have of its own in the place of a setting. */
export type OwnValue = number | 'default';

/** For options. */
export function readOwnValue(value: string): OwnValue {
  if (value === 'default') return value;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new InvalidArgumentError('expected a whole number or "default"');
}

/** As the API has it. */
export function ownOrNull(value: OwnValue): number | null {
  return value === 'default' ? null : value;
}

export function originOf(own: number | null): string {
  return own === null ? 'default' : 'its own';
}
