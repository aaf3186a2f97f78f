import { Command } from 'commander';
import { addAdminCommands } from './commands/admin/admin-commands.ts';
import { addCancelCommand } from './commands/cancel.ts';
import { addDownloadCommand } from './commands/download.ts';
import { addImportCommand } from './commands/import.ts';
import { addSignCommand } from './commands/sign.ts';
import { addSubmitCommand } from './commands/submit.ts';
import { addVerifyCommand } from './commands/verify.ts';
import { addWaitCommand } from './commands/wait.ts';
import type { CommandContext } from './command-context.ts';

/** The command line: one file per command, all of them here. */
export function createProgram(makeContext: (json: () => boolean) => CommandContext): Command {
  const program = new Command('hourglass')
    .description('Submit reports, wait for them, cancel them, download and verify them, bring facts in.')
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
    addVerifyCommand,
    addImportCommand,
    addSignCommand,
    addAdminCommands,
  ])
    add(program, context);
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
