import { createWriteStream } from 'node:fs';
import { mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { unpackParts } from '@hourglass/archive/verify';
import type { ApiClient, Place } from '../api-client.ts';
import { CommandError, printResult, type CommandContext } from '../command-context.ts';
import { placeOf, withPlace, type PlaceOptions } from '../options.ts';

interface DownloadOptions extends PlaceOptions {
  readonly output: string | undefined;
  readonly rows: boolean | undefined;
}

/** `hourglass download ID`: writes the archive to a file, or its rows to standard output. */
export function addDownloadCommand(program: Command, context: CommandContext): void {
  withPlace(program.command('download'))
    .description('download the result of a completed query')
    .argument('<id>', 'id of the query')
    .option('--output <file>', 'ZIP file to write (default: OfflineQueryResult-<id>.zip)')
    .option('--rows', 'print the rows instead of writing a ZIP file')
    .action(async (id: string, options: DownloadOptions) => {
      const place = placeOf(options);
      if (options.rows === true) {
        await downloadRows(context, place, id);
        return;
      }
      const file = options.output ?? `OfflineQueryResult-${id}.zip`;
      const bytes = await downloadTo(file, context.api(), place, id);
      printResult(context, { id, file, bytes }, file);
    });
}

async function downloadRows(context: CommandContext, place: Place, id: string): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'hourglass-'));
  try {
    const file = path.join(folder, 'result.zip');
    await downloadTo(file, context.api(), place, id);
    await unpackParts(file, context.output);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Returns the size in bytes. An incomplete download leaves no file. */
async function downloadTo(file: string, api: ApiClient, place: Place, id: string): Promise<number> {
  const unfinished = `${file}.unfinished`;
  try {
    const response = await api.result(place, id);
    if (response.body === null) throw new CommandError(`query ${id}: the response has no body`);
    await pipeline(Readable.fromWeb(response.body), createWriteStream(unfinished));
    const { size } = await stat(unfinished);
    const expected = Number(response.headers.get('content-length') ?? size);
    if (size !== expected)
      throw new CommandError(`query ${id}: the download ended after ${size} of ${expected} bytes`);
    await rename(unfinished, file);
    return size;
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
