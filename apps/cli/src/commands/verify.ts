import { createPublicKey, type KeyObject } from 'node:crypto';
import type { Command } from 'commander';
import { ManifestFault, verifyArchive } from '@hourglass/archive/verify';
import { manifestKey } from '@hourglass/contract';
import { counted } from '@hourglass/contract/messages';
import { printResult, type CommandContext } from '../command-context.ts';
import { CommandError } from '../command-error.ts';
import { readText } from '../read-text.ts';
import { withFileName } from '../system-errors.ts';

/** `hourglass verify FILE`: checks every byte of an archive against its signed manifest. */
export function configureVerify(command: Command, context: CommandContext): void {
  command
    .argument('<file>', 'downloaded ZIP file')
    .option('--key <file>', 'public key in PEM, to verify offline (default: fetched from the API)')
    .action(async (file: string, options: { key?: string }) => {
      const pem = options.key === undefined ? await fetchKey(context) : await readText(options.key, context);
      const key = readKey(pem, options.key ?? 'the response of the API');
      try {
        const { queryId, attempt, rows, parts, keyId } = await verifyArchive(file, key);
        const text = `${file}: query ${queryId}, ${counted(rows, 'row')} in ${counted(parts.length, 'part')}, as signed with key ${keyId}`;
        printResult(context, { file, queryId, attempt, rows, parts: parts.length, keyId }, text);
      } catch (error) {
        if (!(error instanceof ManifestFault)) throw withFileName(file, error);
        throw new CommandError(`${file}: not verified: ${error.message}`, { file });
      }
    });
}

async function fetchKey(context: CommandContext): Promise<string> {
  const call = { method: 'GET', path: '/v1/manifest-key', response: manifestKey } as const;
  return (await context.openApi().call(call)).publicKey;
}

function readKey(pem: string, source: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    throw new CommandError(`${source}: no public key; expected PEM`);
  }
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw new CommandError(`${source}: key of type ${key.asymmetricKeyType ?? 'unknown'}; expected Ed25519`);
}
