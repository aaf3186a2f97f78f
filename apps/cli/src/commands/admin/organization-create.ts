import type { Command } from 'commander';
import { createdOrganization, type CreateOrganizationBody } from '@hourglass/contract';
import { printAnswer, type CommandContext } from '../../command-context.ts';
import { newPasswordOf, withNewPassword, type NewPasswordOptions } from '../../new-password-options.ts';

interface Options extends NewPasswordOptions {
  readonly environment: readonly string[];
  readonly adminEmail: string;
}

/** `hourglass admin organization create NAME`: with its environments, its administrator and a token. */
export function addOrganizationCreateCommand(organization: Command, context: CommandContext): void {
  withNewPassword(organization.command('create'))
    .description('make an organization with its administrator and a token; for operators')
    .argument('<name>', 'name of the organization')
    .requiredOption('--admin-email <email>', 'e-mail address of its administrator')
    .option('--environment <name...>', 'its environments', [])
    .action(async (name: string, options: Options) => {
      const { adminEmail: email, environment: environments } = options;
      const administrator = { email, ...(await newPasswordOf(options, context)) };
      const body: CreateOrganizationBody = { name, environments: [...environments], administrator };
      const made = await context
        .api()
        .call({ method: 'POST', path: '/v1/organizations', body, answer: createdOrganization });
      const { password } = made.administrator;
      const secrets = [...(password === undefined ? [] : [`password: ${password}`]), `token: ${made.token}`];
      printAnswer(context, made, secrets.join('\n'));
      context.messages.write(
        `Made the organization ${name}. These are of ${made.administrator.email} and are shown only now.\n`,
      );
    });
}
