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

  async write(chunk: Buffer): Promise<void> {
    const cut = this.currentBytes + chunk.length < lineFileBytes ? 0 : chunk.lastIndexOf(lineFeed) + 1;
    if (cut === 0) return this.append(chunk);
    await this.append(chunk.subarray(0, cut));
    await this.close();
    this.onFile(this.paths.at(-1) ?? '');
    if (cut < chunk.length) await this.append(chunk.subarray(cut));
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

  private async append(bytes: Buffer): Promise<void> {
    this.current ??= await this.next();
    this.currentBytes += bytes.length;
    for (let written = 0; written < bytes.length;) {
      written += (await this.current.write(bytes, written)).bytesWritten;
    }
  }

  private async next(): Promise<FileHandle> {
    if (this.paths.length === 0) await mkdir(this.directory, { recursive: true });
    const file = path.join(this.directory, `${randomUUID()}.ndjson`);
    this.paths.push(file);
    return open(file, 'wx');
  }
}
