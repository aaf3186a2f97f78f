import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { ManifestFault, verifyArchive } from '@hourglass/archive/verify';
import { manifestKey } from '@hourglass/contract';
import { CommandError, printResult, type CommandContext } from '../command-context.ts';

/** `hourglass verify FILE`: checks every byte of an archive against its signed manifest. */
export function addVerifyCommand(program: Command, context: CommandContext): void {
  program
    .command('verify')
    .description('verify a downloaded result against its signed manifest')
    .argument('<file>', 'downloaded ZIP file')
    .option('--key <file>', 'public key in PEM, to verify offline (default: fetched from the API)')
    .action(async (file: string, options: { key?: string }) => {
      const pem =
        options.key === undefined
          ? await fetchKey(context.settings().url)
          : await readFile(options.key, 'utf8');
      const key = readKey(pem, options.key ?? 'the response of the API');
      try {
        const { queryId, attempt, rows, parts, keyId } = await verifyArchive(file, key);
        const text = `${file}: query ${queryId}, ${rows} rows in ${parts.length} ${parts.length === 1 ? 'part' : 'parts'}, as signed with key ${keyId}`;
        printResult(context, { file, queryId, attempt, rows, parts: parts.length, keyId }, text);
      } catch (error) {
        if (!(error instanceof ManifestFault)) throw error;
        throw new CommandError(`${file}: not verified: ${error.message}`, { file });
      }
    });
}

async function fetchKey(url: string): Promise<string> {
  const response = await fetch(`${url}/v1/manifest-key`).catch((error: unknown) => {
    throw new CommandError(
      `cannot fetch the public key from ${url}: ${String(error)}; --key reads it from a file`,
    );
  });
  if (!response.ok) {
    throw new CommandError(`cannot fetch the public key from ${url}: HTTP ${response.status}`);
  }
  return manifestKey.parse(await response.json()).publicKey;
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
