import { randomUUID } from 'node:crypto';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';

/** Size of a file, in bytes. A larger one could not be sorted within the memory of a conversion. */
export const lineFileBytes = 32 * 1024 * 1024;
const lineFeed = 0x0a;

/**
 * Writes bytes to files of about 32 MiB that each end at a line end. `paths` are in the order of
 * the bytes.
 */
export class LineFiles {
  readonly paths: string[] = [];
  private readonly directory: string;
  private readonly onFile: (file: string) => void;
  private readonly takeScratch: (bytes: number) => void;
  private current: FileHandle | null = null;
  private currentBytes = 0;

  /**
   * Creates `directory` with the first file, calls `takeScratch` before bytes are written, and
   * `onFile` with the path of each full file.
   */
  constructor(options: {
    readonly directory: string;
    readonly takeScratch: (bytes: number) => void;
    readonly onFile: (file: string) => void;
  }) {
    this.directory = options.directory;
    this.takeScratch = options.takeScratch;
    this.onFile = options.onFile;
  }

  async write(chunks: readonly Buffer[]): Promise<void> {
    const isFull = this.currentBytes + bytesOf(chunks) >= lineFileBytes;
    const { whole, rest } = isFull ? cutAtLineEnd(chunks) : { whole: [], rest: chunks };
    if (whole.length > 0) {
      await this.append(whole);
      await this.close();
      this.onFile(this.paths.at(-1) ?? '');
    }
    if (rest.length > 0) await this.append(rest);
  }

  /**
   * Closes the last file and returns its path, or null if it was full. Can be called after an
   * error.
   */
  async close(): Promise<string | null> {
    if (this.current === null) return null;
    const file = this.current;
    this.current = null;
    this.currentBytes = 0;
    await file.close();
    return this.paths.at(-1) ?? null;
  }

  private async append(chunks: readonly Buffer[]): Promise<void> {
    this.takeScratch(bytesOf(chunks));
    this.current ??= await this.openNext();
    this.currentBytes += bytesOf(chunks);
    for (let rest = chunks; rest.length > 0;) {
      const { bytesWritten } = await this.current.writev(rest);
      rest = skipBytes(rest, bytesWritten);
    }
  }

  private async openNext(): Promise<FileHandle> {
    if (this.paths.length === 0) await mkdir(this.directory, { recursive: true });
    const file = path.join(this.directory, `${randomUUID()}.ndjson`);
    this.paths.push(file);
    return open(file, 'wx');
  }
}

function bytesOf(chunks: readonly Buffer[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}

/** Splits after the last line end. `whole` is empty without one. */
function cutAtLineEnd(chunks: readonly Buffer[]): {
  readonly whole: readonly Buffer[];
  readonly rest: readonly Buffer[];
} {
  const last = chunks.findLastIndex((chunk) => chunk.includes(lineFeed));
  const lastChunk = chunks[last];
  if (lastChunk === undefined) return { whole: [], rest: chunks };
  const cut = lastChunk.lastIndexOf(lineFeed) + 1;
  const whole = [...chunks.slice(0, last), lastChunk.subarray(0, cut)];
  return { whole, rest: skipBytes(chunks, bytesOf(whole)) };
}

/** Drops the first `bytes` bytes. */
function skipBytes(chunks: readonly Buffer[], bytes: number): readonly Buffer[] {
  let left = bytes;
  const first = chunks.findIndex((chunk) => {
    if (left < chunk.length) return true;
    left -= chunk.length;
    return false;
  });
  const firstChunk = chunks[first];
  return firstChunk === undefined ? [] : [firstChunk.subarray(left), ...chunks.slice(first + 1)];
}

export function countLineFeeds(chunk: Buffer): number {
  let count = 0;
  for (let at = chunk.indexOf(lineFeed); at >= 0; at = chunk.indexOf(lineFeed, at + 1)) count += 1;
  return count;
}
