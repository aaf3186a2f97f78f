import type { Command } from 'commander';
import type { CommandContext } from '../../command-context.ts';
import { addAccessKeyChangeCommands } from './access-key-change.ts';
import { addAccessKeyCreateCommand } from './access-key-create.ts';
import { addAccessKeyListCommand } from './access-key-list.ts';
import { addCustomFieldCreateCommand } from './custom-field-create.ts';
import { addCustomFieldDeleteCommand } from './custom-field-delete.ts';
import { addCustomFieldListCommand } from './custom-field-list.ts';
import { addEnvironmentHostnamesCommand } from './environment-hostnames.ts';
import { addEnvironmentLimitsCommand } from './environment-limits.ts';
import { addEnvironmentRetentionCommand } from './environment-retention.ts';
import { addEnvironmentUndeclaredFieldsCommand } from './environment-undeclared-fields.ts';
import { addEnvironmentCreateCommand } from './environment-create.ts';
import { addEnvironmentListCommand } from './environment-list.ts';
import { addExchangeRateImportCommand } from './exchange-rate-import.ts';
import { addExchangeRateListCommand } from './exchange-rate-list.ts';
import { addOrganizationCreateCommand } from './organization-create.ts';
import { addOrganizationListCommand } from './organization-list.ts';
import { addTokenCreateCommand } from './token-create.ts';
import { addTokenDeleteCommand } from './token-delete.ts';
import { addTokenListCommand } from './token-list.ts';
import { addUserCreateCommand } from './user-create.ts';
import { addUserDeleteCommand } from './user-delete.ts';
import { addUserListCommand } from './user-list.ts';
import { addUserSetPasswordCommand } from './user-set-password.ts';
import { addUserSetRoleCommand } from './user-set-role.ts';

type AddCommand = (parent: Command, context: CommandContext) => void;

/** `hourglass admin`: a word for what is looked after, then one for what to do with it. */
export function addAdminCommands(program: Command, context: CommandContext): void {
  const admin = program.command('admin').description('look after environments, users and tokens');
  const groups: readonly [name: string, description: string, commands: readonly AddCommand[]][] = [
    ['organization', 'organizations', [addOrganizationCreateCommand, addOrganizationListCommand]],
    [
      'environment',
      'environments of an organization',
      [
        addEnvironmentCreateCommand,
        addEnvironmentListCommand,
        addEnvironmentHostnamesCommand,
        addEnvironmentLimitsCommand,
        addEnvironmentRetentionCommand,
        addEnvironmentUndeclaredFieldsCommand,
      ],
    ],
    [
      'custom-field',
      'fields that an environment declares',
      [addCustomFieldCreateCommand, addCustomFieldListCommand, addCustomFieldDeleteCommand],
    ],
    [
      'exchange-rate',
      'rates by which monetization reports convert amounts',
      [addExchangeRateImportCommand, addExchangeRateListCommand],
    ],
    [
      'user',
      'users of an organization',
      [
        addUserCreateCommand,
        addUserListCommand,
        addUserSetPasswordCommand,
        addUserSetRoleCommand,
        addUserDeleteCommand,
      ],
    ],
    ['token', 'tokens of its users', [addTokenCreateCommand, addTokenListCommand, addTokenDeleteCommand]],
    [
      'access-key',
      'keys that sign requests for the orders of an environment',
      [addAccessKeyCreateCommand, addAccessKeyListCommand, addAccessKeyChangeCommands],
    ],
  ];
  for (const [name, description, commands] of groups) {
    const group = admin.command(name).description(description);
    for (const add of commands) add(group, context);
  }
}
