import type { Command } from 'commander';
import { readParameter, signedPath, type QueryParameter } from '@hourglass/contract';
import { printResult, type CommandContext } from '../command-context.ts';
import { CommandError, UsageError } from '../command-error.ts';
import { wholeNumber } from '../options.ts';
import { readSecret } from '../read-text.ts';

interface SignOptions {
  readonly accessKey: string;
  readonly secretFile?: string;
  readonly expiresInSeconds: number;
}

/** `hourglass sign PATH?QUERY`. The secret is never an argument, which other users could see. */
export function configureSign(command: Command, context: CommandContext): void {
  command
    .argument('<path>', 'path and query, such as /openapi/v1/alg/orders?size=10')
    .requiredOption('--access-key <id>', 'id of the access key')
    .option('--secret-file <file>', 'read the secret from a file instead')
    .option('--expires-in-seconds <number>', 'lifetime of the URL', wholeNumber, 300)
    .action(async (target: string, options: SignOptions) => {
      const { accessKey, expiresInSeconds } = options;
      const { url, accessKeySecret } = context.settings();
      const secret = await secretOf(options, accessKeySecret, context);
      const expires = String(Math.floor(Date.now() / 1000) + expiresInSeconds);
      const [path = '', query = ''] = target.split('?', 2);
      const content = { method: 'GET', path, body: null, expires, parameters: parametersOf(query) };
      const signed = `${url}${signedPath(content, accessKey, secret)}`;
      printResult(context, { url: signed, expires: Number(expires) }, signed);
    });
}

async function secretOf(
  { secretFile }: SignOptions,
  fromSettings: string | null,
  context: CommandContext,
): Promise<string> {
  if (secretFile !== undefined) return readSecret(secretFile, context);
  if (fromSettings !== null) return fromSettings;
  throw new CommandError(
    'HOURGLASS_ACCESS_KEY_SECRET: unset or empty; expected the secret there or in a --secret-file',
  );
}

function parametersOf(query: string): QueryParameter[] {
  if (query === '') return [];
  return query.split('&').map((text) => {
    const parameter = readParameter(text);
    if (parameter !== null) return parameter;
    throw new UsageError(`query parameter "${text}": malformed; expected percent-encoded name=value`);
  });
}
