import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { CommandError, printAnswer, type CommandContext } from '../command-context.ts';
import { placeOf, withPlace, type PlaceOptions } from '../place-options.ts';

/** `hourglass submit FILE`: prints the id of the new query. */
export function addSubmitCommand(program: Command, context: CommandContext): void {
  withPlace(program.command('submit'))
    .description('submit a query, print its id')
    .argument('<file>', 'JSON body of the query; - is standard input')
    .action(async (file: string, options: PlaceOptions) => {
      const body = parseBody(file, file === '-' ? await text(context.input) : await readFile(file, 'utf8'));
      const status = await context.api().submit(placeOf(options), body);
      const id = status.self.slice(status.self.lastIndexOf('/') + 1);
      printAnswer(context, { id, ...status }, id);
    });
}

function parseBody(file: string, content: string): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    throw new CommandError(`${file} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
