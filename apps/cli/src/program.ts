import { Command } from 'commander';
import { addCancelCommand } from './commands/cancel.ts';
import { addCustomFieldCreateCommand } from './commands/custom-field-create.ts';
import { addCustomFieldDeleteCommand } from './commands/custom-field-delete.ts';
import { addCustomFieldListCommand } from './commands/custom-field-list.ts';
import { addDownloadCommand } from './commands/download.ts';
import { addEnvironmentLimitsCommand } from './commands/environment-limits.ts';
import { addEnvironmentUndeclaredFieldsCommand } from './commands/environment-undeclared-fields.ts';
import { addExchangeRateImportCommand } from './commands/exchange-rate-import.ts';
import { addExchangeRateListCommand } from './commands/exchange-rate-list.ts';
import { addImportCommand } from './commands/import.ts';
import { addSubmitCommand } from './commands/submit.ts';
import { addWaitCommand } from './commands/wait.ts';
import type { CommandContext } from './command-context.ts';

/** The command line: one file per command, all of them here. */
export function createProgram(makeContext: (json: () => boolean) => CommandContext): Command {
  const program = new Command('hourglass')
    .description('Submit reports, wait for them, cancel them, download them, bring facts in.')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nHOURGLASS_URL names the API (default http://127.0.0.1:8080), HOURGLASS_TOKEN the token.',
    )
    .showHelpAfterError()
    .exitOverride();
  const context = makeContext(() => program.opts<{ json?: boolean }>().json === true);
  for (const add of [
    addSubmitCommand,
    addWaitCommand,
    addCancelCommand,
    addDownloadCommand,
    addImportCommand,
  ])
    add(program, context);
  const admin = program.command('admin').description('look after environments');
  const environment = admin.command('environment').description('one environment');
  addEnvironmentLimitsCommand(environment, context);
  addEnvironmentUndeclaredFieldsCommand(environment, context);
  const customField = admin.command('custom-field').description('fields that an environment declares');
  addCustomFieldCreateCommand(customField, context);
  addCustomFieldListCommand(customField, context);
  addCustomFieldDeleteCommand(customField, context);
  const exchangeRate = admin.command('exchange-rate').description('by what reports convert amounts');
  addExchangeRateImportCommand(exchangeRate, context);
  addExchangeRateListCommand(exchangeRate, context);
  understandJson(program, program);
  return program;
}

/** `--json` is understood before and after a command's name. */
function understandJson(command: Command, program: Command): void {
  for (const below of command.commands) {
    below.option('--json', 'print JSON').on('option:json', () => program.setOptionValue('json', true));
    understandJson(below, program);
  }
}
