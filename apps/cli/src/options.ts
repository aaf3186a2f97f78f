import { InvalidArgumentError, type Command } from 'commander';
import { quoted } from '@hourglass/contract/messages';
import type { Place } from './api-client.ts';

export interface OrganizationOption {
  readonly org: string;
}

export interface PlaceOptions extends OrganizationOption {
  readonly env: string;
}

export function withOrganization(command: Command): Command {
  return command.requiredOption('--org <organization>', 'organization');
}

export function withPlace(command: Command): Command {
  return withOrganization(command).requiredOption('--env <environment>', 'environment');
}

export function withPlaceInProd(command: Command): Command {
  return withOrganization(command).option('--env <environment>', 'environment', 'prod');
}

export function placeOf({ org, env }: PlaceOptions): Place {
  return { organization: org, environment: env };
}

/** Parses the value of an option. @throws InvalidArgumentError */
export function wholeNumber(value: string): number {
  if (/^\d{1,12}$/.test(value)) return Number(value);
  throw new InvalidArgumentError('expected a whole number');
}

/** Parses the value of an option that must not be zero. @throws InvalidArgumentError */
export function positiveWholeNumber(value: string): number {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new InvalidArgumentError('expected a whole number from 1');
}

/** Parses the separator of CSV: one ASCII character; `\\t` and `tab` mean the tab. @throws InvalidArgumentError */
export function separator(value: string): string {
  const character = value === String.raw`\t` || value === 'tab' ? '\t' : value;
  if (/^[\t\x20-\x7e]$/.test(character) && !/["\w]/.test(character)) return character;
  throw new InvalidArgumentError(
    `found ${quoted(value)}; expected one ASCII character other than a quote, letter or digit, or \\t`,
  );
}
