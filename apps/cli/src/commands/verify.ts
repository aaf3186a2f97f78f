import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { ManifestFault, verifyArchive } from '@hourglass/archive/verify';
import { manifestKey } from '@hourglass/contract';
import { CommandError, printAnswer, type CommandContext } from '../command-context.ts';

/** `hourglass verify FILE`: whether an archive is, byte for byte, what a worker signed. */
export function addVerifyCommand(program: Command, context: CommandContext): void {
  program
    .command('verify')
    .description('verify a downloaded result by its signed manifest')
    .argument('<file>', 'the ZIP')
    .option('--key <file>', 'public key as PEM, for verifying offline (default: asked of the API)')
    .action(async (file: string, options: { key?: string }) => {
      const pem =
        options.key === undefined
          ? await fetchKey(context.settings().url)
          : await readFile(options.key, 'utf8');
      const key = readKey(pem, options.key ?? 'the answer of the API');
      try {
        const { queryId, attempt, rows, parts, keyId } = await verifyArchive(file, key);
        const text = `${file}: query ${queryId}, ${rows} rows in ${parts.length} parts, as signed with key ${keyId}`;
        printAnswer(context, { file, queryId, attempt, rows, parts: parts.length, keyId }, text);
      } catch (error) {
        if (error instanceof ManifestFault)
          throw new CommandError(`${file} is not verified: ${error.message}`, { file });
        throw error;
      }
    });
}

async function fetchKey(url: string): Promise<string> {
  const response = await fetch(`${url}/v1/manifest-key`).catch((error: unknown) => {
    throw new CommandError(
      `cannot reach ${url} for the public key: ${String(error)}; --key takes it from a file`,
    );
  });
  if (!response.ok)
    throw new CommandError(`${url} answered ${response.status} when asked for the public key`);
  return manifestKey.parse(await response.json()).publicKey;
}

function readKey(pem: string, source: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    throw new CommandError(`${source} has no public key as PEM`);
  }
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw new CommandError(
    `${source} has a key of type ${key.asymmetricKeyType ?? 'unknown'}; expected Ed25519`,
  );
}
