import { Command } from 'commander';
import { addAdminCommands } from './commands/admin/admin-commands.ts';
import { addCancelCommand } from './commands/cancel.ts';
import { addDownloadCommand } from './commands/download.ts';
import { addFieldsCommand } from './commands/fields.ts';
import { addImportCommand } from './commands/import.ts';
import { addSignCommand } from './commands/sign.ts';
import { addSubmitCommand } from './commands/submit.ts';
import { addVerifyCommand } from './commands/verify.ts';
import { addWaitCommand } from './commands/wait.ts';
import type { CommandContext } from './command-context.ts';

/** Builds the command line: one file per command, and per resource of `admin`. */
export function createProgram(makeContext: (json: () => boolean) => CommandContext): Command {
  const program = new Command('hourglass')
    .description('Import facts, submit queries, and download and verify their results.')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nEnvironment:\n' +
        '  HOURGLASS_URL    base URL of the API (default: http://127.0.0.1:8080)\n' +
        '  HOURGLASS_TOKEN  bearer token',
    )
    .showHelpAfterError()
    .exitOverride();
  const context = makeContext(() => program.opts<{ json?: boolean }>().json === true);
  for (const add of [
    addSubmitCommand,
    addWaitCommand,
    addCancelCommand,
    addDownloadCommand,
    addVerifyCommand,
    addImportCommand,
    addFieldsCommand,
    addSignCommand,
    addAdminCommands,
  ])
    add(program, context);
  acceptJsonEverywhere(program, program);
  return program;
}

/** Accepts `--json` after the name of a command as well as before it. */
function acceptJsonEverywhere(command: Command, program: Command): void {
  for (const subcommand of command.commands) {
    subcommand.option('--json', 'print JSON').on('option:json', () => program.setOptionValue('json', true));
    acceptJsonEverywhere(subcommand, program);
  }
}
