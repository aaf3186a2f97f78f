import type { Command } from 'commander';
import type { Place } from './api-client.ts';

export interface PlaceOptions {
  readonly org: string;
  readonly env: string;
}

/** The two options that nearly every command has. */
export function withPlace(command: Command): Command {
  return command
    .requiredOption('--org <organization>', 'organization')
    .requiredOption('--env <environment>', 'environment');
}

/** Of access keys, so that naming the organization is enough where it has the usual environment. */
export function withUsualPlace(command: Command): Command {
  return command
    .requiredOption('--org <organization>', 'organization')
    .option('--env <environment>', 'environment', 'prod');
}

export function placeOf({ org, env }: PlaceOptions): Place {
  return { organization: org, environment: env };
}
