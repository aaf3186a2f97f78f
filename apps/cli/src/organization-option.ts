import type { Command } from 'commander';

export interface OrganizationOption {
  readonly org: string;
}

/** The option that every command about one organization has. */
export function withOrganization(command: Command): Command {
  return command.requiredOption('--org <organization>', 'organization');
}
