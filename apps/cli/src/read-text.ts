import { readFile } from 'node:fs/promises';
import { addAbortSignal } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { LocalContext } from './command-context.ts';
import { CommandError } from './command-error.ts';
import { withFileName } from './system-errors.ts';

/** The argument that stands for standard input and standard output. */
export const standardStream = '-';

/** Reads a file of UTF-8 text, or standard input, without its byte order mark. @throws CommandError that names it */
export async function readText(
  file: string,
  { input, signal }: Pick<LocalContext, 'input' | 'signal'>,
): Promise<string> {
  const name = inputName(file);
  try {
    const bytes =
      file === standardStream
        ? await buffer(addAbortSignal(signal, input))
        : await readFile(file, { signal });
    return decodeText(name, bytes);
  } catch (error) {
    throw withFileName(name, error);
  }
}

/** Reads a password or another secret: text on one line. */
export async function readSecret(
  file: string,
  context: Pick<LocalContext, 'input' | 'signal'>,
): Promise<string> {
  const secret = (await readText(file, context)).replace(/(?:\r?\n)+$/, '');
  if (secret === '') throw new CommandError(`${inputName(file)}: empty; expected a line of text`);
  return secret;
}

export function inputName(file: string): string {
  return file === standardStream ? 'standard input' : file;
}

function decodeText(name: string, bytes: Buffer): string {
  // Other encodings of Unicode have a mark of their own.
  if (['fffe', 'feff'].includes(bytes.subarray(0, 2).toString('hex'))) {
    throw new CommandError(`${name}: UTF-16 text; expected UTF-8`);
  }
  try {
    // The decoder drops a byte order mark.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new CommandError(`${name}: not UTF-8 text; expected UTF-8`);
  }
}
