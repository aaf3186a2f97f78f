import { createReadStream } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { countLineFeeds, LineFiles, lineFileBytes } from './line-files.ts';

/** A body that was read to its end, and can be read again. */
export interface SpooledBody {
  /** Whether it has more lines or bytes than one batch of the hot table may have. */
  readonly isLarge: boolean;
  replay(): AsyncGenerator<Buffer>;
}

export interface SpoolOptions {
  readonly maxHotRows: number;
  /** Created if the body does not fit into memory. The caller removes it, also after an error. */
  readonly directory: string;
  /** Called with each file of a large body as soon as it is complete. A file has whole lines. */
  readonly onFile: (file: string) => void;
  /** Called before bytes are written to disk. Throws when there is no space for them. */
  readonly takeScratch: (bytes: number) => void;
  /** Whether the body is refused, so that the rest of it need not be read. */
  readonly isRefused: () => boolean;
}

/** A body that fills a file is large, however few lines it has. */
const maxHotBytes = lineFileBytes;
const maxMemoryBytes = 1024 * 1024;
const replayedBytes = 128 * 1024;
const lineFeed = 0x0a;

/** Reads a body to its end, into memory if it is small and into files otherwise. */
export async function spoolBody(
  body: AsyncIterable<Buffer>,
  { maxHotRows, directory, onFile, takeScratch, isRefused }: SpoolOptions,
): Promise<SpooledBody> {
  const files = new LineFiles({ directory, onFile, takeScratch });
  let memory: Buffer[] = [];
  let memoryBytes = 0;
  let bytes = 0;
  let lineFeeds = 0;
  let endsInLine = false;
  try {
    for await (const chunk of body) {
      if (isRefused()) break;
      if (chunk.length === 0) continue;
      bytes += chunk.length;
      if (lineFeeds <= maxHotRows) lineFeeds += countLineFeeds(chunk);
      endsInLine = chunk.at(-1) !== lineFeed;
      memory.push(chunk);
      memoryBytes += chunk.length;
      if (memoryBytes <= maxMemoryBytes) continue;
      // Written together: one write per chunk of a socket takes two thirds longer.
      await files.write(memory);
      memory = [];
      memoryBytes = 0;
    }
    const isLarge = lineFeeds + Number(endsInLine) > maxHotRows || bytes > maxHotBytes;
    if (isLarge) {
      await files.write(memory);
      memory = [];
    }
    const last = await files.close();
    if (isLarge && last !== null) onFile(last);
    return { isLarge, replay: () => replayChunks(files.paths, memory) };
  } finally {
    await files.close();
  }
}

async function* replayChunks(files: readonly string[], memory: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* readFiles(files);
  for (const chunk of memory) {
    yield chunk;
    // Memory is read without waiting, so other work would otherwise be delayed.
    await setImmediate();
  }
}

export async function* readFiles(files: readonly string[]): AsyncGenerator<Buffer> {
  for (const file of files) {
    const chunks: AsyncIterable<Buffer> = createReadStream(file, { highWaterMark: replayedBytes });
    yield* chunks;
  }
}
