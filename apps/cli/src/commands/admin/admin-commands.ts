import type { Command } from 'commander';
import type { CommandContext } from '../../command-context.ts';
import { addAccessKeyCommands } from './access-keys.ts';
import { addCustomFieldCommands } from './custom-fields.ts';
import { addEnvironmentCommands } from './environments.ts';
import { addExchangeRateCommands } from './exchange-rates.ts';
import { addOrganizationCommands } from './organizations.ts';
import { addTokenCommands } from './tokens.ts';
import { addUserCommands } from './users.ts';

/** `hourglass admin RESOURCE ACTION`: one file per resource. */
export function addAdminCommands(program: Command, context: CommandContext): void {
  const admin = program
    .command('admin')
    .description('manage organizations, environments, users, tokens and access keys');
  addOrganizationCommands(admin, context);
  addEnvironmentCommands(admin, context);
  addCustomFieldCommands(admin, context);
  addExchangeRateCommands(admin, context);
  addUserCommands(admin, context);
  addTokenCommands(admin, context);
  addAccessKeyCommands(admin, context);
}
