import { randomUUID } from 'node:crypto';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';

/** While one file is converted the next one comes in; larger ones would sort beyond the memory of a conversion. */
export const lineFileBytes = 32 * 1024 * 1024;
const lineFeed = 0x0a;

/** Writes bytes to files of about 32 MiB, each with whole lines, in the order of `paths`. */
export class LineFiles {
  readonly paths: string[] = [];
  private readonly directory: string;
  private readonly onFile: (file: string) => void;
  private current: FileHandle | null = null;
  private currentBytes = 0;

  /** `directory` is made with the first file. `onFile` is told of each file that is full. */
  constructor(directory: string, onFile: (file: string) => void) {
    this.directory = directory;
    this.onFile = onFile;
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

  /** Answers the last file, when it was not full. Also after an error. */
  async close(): Promise<string | null> {
    if (this.current === null) return null;
    const file = this.current;
    this.current = null;
    this.currentBytes = 0;
    await file.close();
    return this.paths.at(-1) ?? null;
  }

  private async append(chunks: readonly Buffer[]): Promise<void> {
    this.current ??= await this.next();
    this.currentBytes += bytesOf(chunks);
    for (let rest = chunks; rest.length > 0;) {
      const { bytesWritten } = await this.current.writev(rest);
      rest = behind(rest, bytesWritten);
    }
  }

  private async next(): Promise<FileHandle> {
    if (this.paths.length === 0) await mkdir(this.directory, { recursive: true });
    const file = path.join(this.directory, `${randomUUID()}.ndjson`);
    this.paths.push(file);
    return open(file, 'wx');
  }
}

function bytesOf(chunks: readonly Buffer[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}

/** `whole` ends with the last line end, and is empty without one. */
function cutAtLineEnd(chunks: readonly Buffer[]): {
  readonly whole: readonly Buffer[];
  readonly rest: readonly Buffer[];
} {
  const last = chunks.findLastIndex((chunk) => chunk.includes(lineFeed));
  const lastChunk = chunks[last];
  if (lastChunk === undefined) return { whole: [], rest: chunks };
  const cut = lastChunk.lastIndexOf(lineFeed) + 1;
  const whole = [...chunks.slice(0, last), lastChunk.subarray(0, cut)];
  return { whole, rest: behind(chunks, bytesOf(whole)) };
}

/** Without the first `bytes` of them. */
function behind(chunks: readonly Buffer[], bytes: number): readonly Buffer[] {
  let passed = bytes;
  const first = chunks.findIndex((chunk) => {
    if (passed < chunk.length) return true;
    passed -= chunk.length;
    return false;
  });
  const firstChunk = chunks[first];
  return firstChunk === undefined ? [] : [firstChunk.subarray(passed), ...chunks.slice(first + 1)];
}
