import type { IncomingMessage } from 'node:http';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { PartsAreFiles, unpackParts } from '@hourglass/archive/verify';
import type { Place } from '../api-client.ts';
import { printResult, type CommandContext } from '../command-context.ts';
import { CommandError, UsageError } from '../command-error.ts';
import { placeOf, withPlace, type PlaceOptions } from '../options.ts';
import { withOutput } from '../output-file.ts';
import { standardStream } from '../read-text.ts';
import { withScratchFile } from '../scratch-file.ts';
import { systemReason } from '../system-errors.ts';

interface DownloadOptions extends PlaceOptions {
  readonly output: string | undefined;
  readonly rows: boolean | undefined;
}

/** `hourglass download ID`: writes the archive or its rows to a file or to standard output. */
export function configureDownload(command: Command, context: CommandContext): void {
  withPlace(command)
    .argument('<id>', 'id of the query')
    .option(
      '--output <file>',
      'file to write; - for standard output (default: OfflineQueryResult-<id>.zip, or - with --rows)',
    )
    .option('--rows', 'write the rows instead of the ZIP file')
    .action(async (id: string, options: DownloadOptions) => {
      const { rows = false } = options;
      const file = options.output ?? (rows ? standardStream : `OfflineQueryResult-${id}.zip`);
      const isStandardOutput = file === standardStream;
      const isTerminal = isStandardOutput && context.output.isTTY === true;
      if (!rows && isTerminal) {
        throw new UsageError('--output -: standard output is a terminal; expected a pipe, or --rows');
      }
      const result = { context, place: placeOf(options), id };
      const bytes = await withOutput(file, context, (sink) =>
        rows ? writeRows(result, sink, isTerminal) : writeArchive(result, sink),
      );
      if (!isStandardOutput) printResult(context, { id, file, bytes }, file);
    });
}

interface QueryResult {
  readonly context: CommandContext;
  readonly place: Place;
  readonly id: string;
}

function fileMessage(id: string, { parts }: PartsAreFiles): string {
  return parts > 1
    ? `query ${id}: the result has ${parts} files; expected one for --rows: download the archive`
    : `query ${id}: the result is no text and standard output is a terminal; expected --output or a pipe`;
}

/** The parts are read after the whole archive has arrived. Returns the size of the rows in bytes. */
async function writeRows(result: QueryResult, sink: Writable, linesOnly: boolean): Promise<number> {
  const { signal } = result.context;
  return withScratchFile(
    (scratch) => writeArchive(result, scratch),
    async (archive) => {
      try {
        return await unpackParts(archive, sink, { signal, linesOnly });
      } catch (error) {
        if (error instanceof PartsAreFiles) throw new CommandError(fileMessage(result.id, error));
        if (signal.aborted || sink.errored !== null || systemReason(error) !== null) throw error;
        const problem = error instanceof Error ? error.message : String(error);
        throw new CommandError(
          `query ${result.id}: the archive is damaged: ${problem}`,
          {},
          { cause: error },
        );
      }
    },
  );
}

/** Returns the size in bytes. */
async function writeArchive({ context, place, id }: QueryResult, sink: Writable): Promise<number> {
  const { signal } = context;
  const response = await context.api().result(place, id);
  const download = new Download(response, id);
  await pipeline(download.chunks(), sink, { end: false, signal });
  return download.bytes;
}

/** The bytes of a response, which are counted and must be those of a whole ZIP file. */
class Download {
  bytes = 0;
  private readonly response: IncomingMessage;
  private readonly id: string;

  constructor(response: IncomingMessage, id: string) {
    this.response = response;
    this.id = id;
  }

  async *chunks(): AsyncGenerator<Buffer> {
    const chunks = (this.response as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
    for (;;) {
      const chunk = await chunks.next().catch((error: unknown) => this.incomplete(error));
      if (chunk.done === true) break;
      if (this.bytes === 0 && !chunk.value.toString('latin1', 0, 2).startsWith('P')) {
        throw new CommandError(`query ${this.id}: the response is no ZIP file; does a proxy change it?`);
      }
      this.bytes += chunk.value.length;
      yield chunk.value;
    }
    const expected = this.response.headers['content-length'];
    if (expected !== undefined && Number(expected) !== this.bytes) this.incomplete(null);
  }

  private incomplete(cause: unknown): never {
    const expected = this.response.headers['content-length'] ?? 'unknown';
    const message = `query ${this.id}: the download ended after ${this.bytes} of ${expected} bytes; try again`;
    throw new CommandError(message, {}, { cause });
  }
}
