import type { Command } from 'commander';
import { addCommands, type CommandEntry } from '../../command-entries.ts';
import type { CommandContext } from '../../command-context.ts';

/** `hourglass admin RESOURCE ACTION`: one file per resource. */
export function configureAdmin(
  admin: Command,
  context: CommandContext,
  args: readonly string[],
): Promise<void> {
  return addCommands(admin, [...tenantResources(context), ...accessResources(context)], args);
}

function tenantResources(context: CommandContext): readonly CommandEntry[] {
  return [
    {
      name: 'organization',
      description: 'manage organizations',
      load: async (command) => (await import('./organizations.ts')).configureOrganizations(command, context),
    },
    {
      name: 'environment',
      description: 'manage environments of an organization',
      load: async (command) => (await import('./environments.ts')).configureEnvironments(command, context),
    },
    {
      name: 'custom-field',
      description: 'manage the custom fields that an environment declares',
      load: async (command) => (await import('./custom-fields.ts')).configureCustomFields(command, context),
    },
    {
      name: 'exchange-rate',
      description: 'manage the exchange rates with which monetization reports convert amounts',
      load: async (command) => (await import('./exchange-rates.ts')).configureExchangeRates(command, context),
    },
  ];
}

/** Users, their credentials, and the record of their acts. */
function accessResources(context: CommandContext): readonly CommandEntry[] {
  return [
    {
      name: 'user',
      description: 'manage users of an organization',
      load: async (command) => (await import('./users.ts')).configureUsers(command, context),
    },
    {
      name: 'second-factor',
      description: 'manage the codes that a user needs beside the password',
      load: async (command) => (await import('./second-factors.ts')).configureSecondFactors(command, context),
    },
    {
      name: 'token',
      description: 'manage bearer tokens of users',
      load: async (command) => (await import('./tokens.ts')).configureTokens(command, context),
    },
    {
      name: 'link',
      description: 'manage the links to results, which need no credentials',
      load: async (command) => (await import('./links.ts')).configureLinks(command, context),
    },
    {
      name: 'audit',
      description: 'list or export the audit log',
      load: async (command) => (await import('./audit.ts')).configureAudit(command, context),
    },
    {
      name: 'access-key',
      description: 'manage the access keys that sign requests for orders',
      load: async (command) => (await import('./access-keys.ts')).configureAccessKeys(command, context),
    },
  ];
}
