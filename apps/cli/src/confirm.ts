import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { CommandError } from './command-error.ts';

export interface ConfirmOptions {
  readonly yes?: true;
}

export function withConfirmation(command: Command): Command {
  return command.option('--yes', 'do not ask');
}

/**
 * Asks at the terminal unless `--yes` was given.
 * @param effect completes "This …", such as `deletes 3 facts`
 * @throws CommandError if the answer is not yes, or without a terminal
 */
export async function confirm(
  effect: string,
  { yes }: ConfirmOptions,
  { input, messages }: CommandContext,
): Promise<void> {
  if (yes === true) return;
  if (!input.isTTY) {
    throw new CommandError(`this ${effect}: nothing was done; expected --yes, or an answer at a terminal`);
  }
  const terminal = createInterface({ input, output: messages, terminal: true, historySize: 0 });
  const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
  const answer = await Promise.race([terminal.question(`This ${effect}. Continue? [y/N] `), closed]);
  terminal.close();
  if (!/^\s*y(?:es)?\s*$/i.test(answer)) throw new CommandError('nothing was done');
}
