import type { Command } from 'commander';
import { confirmedSecondFactor, secondFactorView, startedSecondFactor } from '@hourglass/contract';
import { noBody } from '../../api-client.ts';
import { printResult, type CommandContext } from '../../command-context.ts';
import { promptForCode, withHiddenInput } from '../../hidden-input.ts';
import { withOrganization, type OrganizationOption } from '../../options.ts';
import { choosePasswordAndCode, withoutSpaces } from '../../passwords.ts';
import { readSecret, standardStream } from '../../read-text.ts';
import { userPath } from './users.ts';

const ownEmail = 'your own e-mail address';

/** `hourglass admin second-factor`. All but the removal of that of another user needs no scope "admin". */
export function configureSecondFactors(factor: Command, context: CommandContext): void {
  addShowCommand(factor, context);
  addStartCommand(factor, context);
  addConfirmCommand(factor, context);
  addRemoveCommand(factor, context);
}

/** Columns: state, time of the confirmation, number of unused recovery codes. */
function addShowCommand(factor: Command, context: CommandContext): void {
  withOrganization(factor.command('show'))
    .description('show the state of your second factor')
    .argument('<email>', ownEmail)
    .action(async (email: string, { org }: OrganizationOption) => {
      const path = factorPath(org, email);
      const view = await context.api().call({ method: 'GET', path, response: secondFactorView });
      const { state, confirmed, recoveryCodesLeft } = view;
      printResult(context, view, [state, confirmed ?? '-', recoveryCodesLeft].join('\t'));
    });
}

interface StartOptions extends OrganizationOption {
  readonly passwordStdin?: true;
}

function addStartCommand(factor: Command, context: CommandContext): void {
  withOrganization(factor.command('start'))
    .description('make the secret of your second factor and print its otpauth:// URL')
    .argument('<email>', ownEmail)
    .option('--password-stdin', 'read your password from standard input (default: prompt for it)')
    .action(async (email: string, { org, passwordStdin }: StartOptions) => {
      const password = await (passwordStdin
        ? readSecret(standardStream, context)
        : withHiddenInput(context, (prompt) => prompt('Password: ')));
      const started = await context.api().call({
        method: 'POST',
        path: factorPath(org, email),
        body: { password },
        response: startedSecondFactor,
      });
      printResult(context, started, started.url);
      context.messages.write(
        `Add the URL or the secret ${started.secret} to an authenticator app, then run "second-factor confirm". ` +
          'Neither is shown again.\n',
      );
    });
}

interface ConfirmOptions extends OrganizationOption {
  readonly codeStdin?: true;
}

/** Prints one recovery code per line. */
function addConfirmCommand(factor: Command, context: CommandContext): void {
  withOrganization(factor.command('confirm'))
    .description('activate your second factor with a code, and print recovery codes')
    .argument('<email>', ownEmail)
    .option('--code-stdin', 'read the code from standard input (default: prompt for it)')
    .action(async (email: string, { org, codeStdin }: ConfirmOptions) => {
      const code = await (codeStdin
        ? readSecret(standardStream, context)
        : withHiddenInput(context, promptForCode, '--code-stdin'));
      const confirmed = await context.api().call({
        method: 'POST',
        path: `${factorPath(org, email)}:confirm`,
        body: { code: withoutSpaces(code) },
        response: confirmedSecondFactor,
      });
      printResult(context, confirmed, confirmed.recoveryCodes.join('\n'));
      context.messages.write(
        'The second factor is active. Each of these recovery codes takes the place of a code once. ' +
          'They are not shown again.\n',
      );
    });
}

interface RemoveOptions extends OrganizationOption {
  readonly own?: true;
  readonly passwordStdin?: true;
}

function addRemoveCommand(factor: Command, context: CommandContext): void {
  withOrganization(factor.command('remove'))
    .description('remove a second factor')
    .argument('<email>', 'e-mail address of the user')
    .option('--own', 'remove your own, with password and code')
    .option('--password-stdin', 'with --own: read password and code from two lines of standard input')
    .action(async (email: string, { org, own, passwordStdin }: RemoveOptions) => {
      const path = factorPath(org, email);
      if (own) {
        const body = await choosePasswordAndCode(passwordStdin ?? false, context);
        await context.api().call({ method: 'POST', path: `${path}:remove`, body, response: noBody });
      } else {
        await context.api().call({ method: 'DELETE', path, response: noBody });
      }
      printResult(context, { removed: email }, `removed the second factor of ${email}`);
    });
}

function factorPath(organization: string, email: string): string {
  return `${userPath(organization, email)}/secondFactor`;
}
