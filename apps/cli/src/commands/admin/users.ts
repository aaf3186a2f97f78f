import type { Command } from 'commander';
import { createdUser, userList, userView } from '@hourglass/contract';
import { noBody, organizationPath } from '../../api-client.ts';
import { printResult, type CommandContext } from '../../command-context.ts';
import { withOrganization, type OrganizationOption } from '../../options.ts';
import {
  chooseNewPassword,
  chooseOwnPassword,
  promptForPassword,
  withNewPassword,
  type NewPasswordOptions,
} from '../../passwords.ts';
import { readSecret, standardStream } from '../../read-text.ts';

const emailHelp = 'e-mail address of the user';
const roleHelp = 'member, administrator or operator';

/** `hourglass admin user`. */
export function configureUsers(user: Command, context: CommandContext): void {
  addCreateCommand(user, context);
  addListCommand(user, context);
  addSetPasswordCommand(user, context);
  addSetRoleCommand(user, context);
  addDeleteCommand(user, context);
}

interface CreateOptions extends OrganizationOption, NewPasswordOptions {
  readonly role: string;
}

/** Prints the password if the API generated it. */
function addCreateCommand(user: Command, context: CommandContext): void {
  withNewPassword(withOrganization(user.command('create')))
    .description('create a user')
    .argument('<email>', emailHelp)
    .option('--role <role>', roleHelp, 'member')
    .action(async (email: string, options: CreateOptions) => {
      const body = { email, role: options.role, ...(await chooseNewPassword(options, context)) };
      const created = await context
        .api()
        .call({ method: 'POST', path: usersPath(options.org), body, response: createdUser });
      const { password, role } = created;
      printResult(context, created, password ?? `created ${role} ${created.email}`);
      if (password !== undefined) {
        context.messages.write(
          `Created ${role} ${created.email} with this password. It is not shown again.\n`,
        );
      }
    });
}

/** Columns: e-mail address, role, time of creation, second factor. */
function addListCommand(user: Command, context: CommandContext): void {
  withOrganization(user.command('list'))
    .description('list the users')
    .action(async ({ org }: OrganizationOption) => {
      const list = await context.api().call({ method: 'GET', path: usersPath(org), response: userList });
      const lines = list.users.map(({ email, role, created, secondFactor }) =>
        [email, role, created, secondFactor].join('\t'),
      );
      printResult(context, list, lines.join('\n'));
    });
}

interface SetPasswordOptions extends OrganizationOption {
  readonly own?: true;
  readonly passwordStdin?: true;
}

function addSetPasswordCommand(user: Command, context: CommandContext): void {
  withOrganization(user.command('set-password'))
    .description('change the password of a user')
    .argument('<email>', emailHelp)
    .option('--own', 'change your own password, which needs no scope "admin"; asks for the current one first')
    .option('--password-stdin', 'read the password from standard input (default: prompt for it)')
    .action(async (email: string, { org, own, passwordStdin }: SetPasswordOptions) => {
      if (own) return changeOwnPassword(org, email, passwordStdin ?? false, context);
      const password = await (passwordStdin
        ? readSecret(standardStream, context)
        : promptForPassword(context));
      const changed = await context
        .api()
        .call({ method: 'PATCH', path: userPath(org, email), body: { password }, response: userView });
      printResult(context, changed, `changed the password of ${changed.email}`);
    });
}

async function changeOwnPassword(
  organization: string,
  email: string,
  fromStdin: boolean,
  context: CommandContext,
): Promise<void> {
  const body = await chooseOwnPassword(fromStdin, context);
  const path = `${userPath(organization, email)}/password`;
  await context.api().call({ method: 'PUT', path, body, response: noBody });
  printResult(context, { changed: email }, `changed the password of ${email}`);
}

function addSetRoleCommand(user: Command, context: CommandContext): void {
  withOrganization(user.command('set-role'))
    .description('change the role of a user')
    .argument('<email>', emailHelp)
    .argument('<role>', roleHelp)
    .action(async (email: string, role: string, { org }: OrganizationOption) => {
      const changed = await context
        .api()
        .call({ method: 'PATCH', path: userPath(org, email), body: { role }, response: userView });
      printResult(context, changed, `changed the role of ${changed.email} to ${changed.role}`);
    });
}

function addDeleteCommand(user: Command, context: CommandContext): void {
  withOrganization(user.command('delete'))
    .description('delete a user with all their tokens')
    .argument('<email>', emailHelp)
    .action(async (email: string, { org }: OrganizationOption) => {
      await context.api().call({ method: 'DELETE', path: userPath(org, email), response: noBody });
      printResult(context, { deleted: email }, `deleted ${email}`);
    });
}

function usersPath(organization: string): string {
  return `${organizationPath(organization)}/users`;
}

export function userPath(organization: string, email: string): string {
  return `${usersPath(organization)}/${encodeURIComponent(email)}`;
}
