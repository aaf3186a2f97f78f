import type { Command } from 'commander';
import type { Place } from './api-client.ts';

export interface PlaceOptions {
  readonly org: string;
  readonly env: string;
}

/** The two options that every command has. */
export function withPlace(command: Command): Command {
  return command
    .requiredOption('--org <organization>', 'organization')
    .requiredOption('--env <environment>', 'environment');
}

export function placeOf({ org, env }: PlaceOptions): Place {
  return { organization: org, environment: env };
}
