import { createReadStream } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { LineFiles, lineFileBytes } from './line-files.ts';

/** A body that was read to its end. */
export interface SpooledBody {
  /** Whether it has more lines or bytes than the hot table takes at once. */
  readonly isLarge: boolean;
  /** Its bytes, once more. */
  chunks(): AsyncGenerator<Buffer>;
}

export interface SpoolTerms {
  readonly maxHotRows: number;
  /** Made when the body does not fit into memory. The caller removes it, also after an error. */
  readonly directory: string;
  /** Told the files of a large body, each with whole lines, as soon as they are there. */
  readonly onFile: (file: string) => void;
}

/** What fills a file is large, however few its lines are. */
const maxHotBytes = lineFileBytes;
const maxMemoryBytes = 1024 * 1024;
const replayedBytes = 128 * 1024;
const lineFeed = 0x0a;

/** Reads a body to its end: a small one into memory, others into files. */
export async function spoolBody(
  body: AsyncIterable<Buffer>,
  { maxHotRows, directory, onFile }: SpoolTerms,
): Promise<SpooledBody> {
  const files = new LineFiles(directory, onFile);
  let memory: Buffer[] = [];
  let memoryBytes = 0;
  let bytes = 0;
  let lineFeeds = 0;
  let endsInLine = false;
  try {
    for await (const chunk of body) {
      if (chunk.length === 0) continue;
      bytes += chunk.length;
      if (lineFeeds <= maxHotRows) lineFeeds += countLineFeeds(chunk);
      endsInLine = chunk.at(-1) !== lineFeed;
      memory.push(chunk);
      memoryBytes += chunk.length;
      if (memoryBytes <= maxMemoryBytes) continue;
      // All at once: a write of a chunk as it comes from a socket costs two thirds more for the same bytes.
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
    return { isLarge, chunks: () => replay(files.paths, memory) };
  } finally {
    await files.close();
  }
}

async function* replay(files: readonly string[], memory: readonly Buffer[]): AsyncGenerator<Buffer> {
  for (const file of files) {
    const chunks: AsyncIterable<Buffer> = createReadStream(file, { highWaterMark: replayedBytes });
    yield* chunks;
  }
  for (const chunk of memory) {
    yield chunk;
    // Nothing is waited for here, and others shall have their turns.
    await setImmediate();
  }
}

function countLineFeeds(chunk: Buffer): number {
  let count = 0;
  for (let at = chunk.indexOf(lineFeed); at >= 0; at = chunk.indexOf(lineFeed, at + 1)) count += 1;
  return count;
}
