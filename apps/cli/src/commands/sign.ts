import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { readParameter, signedPath, type QueryParameter } from '@hourglass/contract';
import { CommandError, printAnswer, type CommandContext } from '../command-context.ts';
import { wholeNumber } from '../whole-number.ts';

interface SignOptions {
  readonly accessKey: string;
  readonly secretFile?: string;
  readonly expiresInSeconds: number;
}

/** `hourglass sign PATH?QUERY`: prints the URL of a `GET`, for trying. The secret is never an argument. */
export function addSignCommand(program: Command, context: CommandContext): void {
  program
    .command('sign')
    .description('print the signed URL of a GET; HOURGLASS_ACCESS_KEY_SECRET is the secret')
    .argument('<path>', 'such as /openapi/v1/alg/orders?size=10')
    .requiredOption('--access-key <id>', 'id of the access key')
    .option('--secret-file <file>', 'read the secret from a file instead')
    .option('--expires-in-seconds <number>', 'for how long the URL is good', wholeNumber, 300)
    .action(async (target: string, options: SignOptions) => {
      const { accessKey, expiresInSeconds } = options;
      const { url, accessKeySecret } = context.settings();
      const secret = await secretOf(options, accessKeySecret);
      const expires = String(Math.floor(Date.now() / 1000) + expiresInSeconds);
      const [path = '', query = ''] = target.split('?', 2);
      const content = { method: 'GET', path, body: null, expires, parameters: parametersOf(query) };
      const signed = `${url}${signedPath(content, accessKey, secret)}`;
      printAnswer(context, { url: signed, expires: Number(expires) }, signed);
    });
}

async function secretOf({ secretFile }: SignOptions, fromSettings: string | null): Promise<string> {
  const secret = secretFile === undefined ? fromSettings : await readFile(secretFile, 'utf8');
  if (secret !== null) return secret.replace(/\r?\n$/, '');
  throw new CommandError('there is no secret; set HOURGLASS_ACCESS_KEY_SECRET or name a --secret-file');
}

function parametersOf(query: string): QueryParameter[] {
  if (query === '') return [];
  return query.split('&').map((text) => {
    const parameter = readParameter(text);
    if (parameter === null)
      throw new CommandError(`cannot sign "${text}"; expected name=value, escaped for a URL`);
    return parameter;
  });
}
