import { repeatedMessage, repeatedNames } from '@hourglass/contract';
import type { LocalContext } from './command-context.ts';
import { CommandError } from './command-error.ts';
import { inputName, readText } from './read-text.ts';

/** Reads a file of JSON, or standard input. @throws CommandError that names it, also for a name that occurs twice */
export async function readJson(
  file: string,
  context: Pick<LocalContext, 'input' | 'signal'>,
): Promise<unknown> {
  const name = inputName(file);
  const content = await readText(file, context);
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : String(error);
    throw new CommandError(`${name}: not JSON: ${reason}`);
  }
  const [repeated] = repeatedNames(content, 1);
  if (repeated !== undefined) throw new CommandError(`${name}: ${repeated}: ${repeatedMessage}`);
  return value;
}
