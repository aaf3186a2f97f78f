import { open, rm, type FileHandle } from 'node:fs/promises';
import type { RowFile } from '@hourglass/reports';

interface OpenFile {
  readonly handle: FileHandle;
  unreadBytes: number;
}

/** The bytes of files that follow each other, as if they were one. */
export class RowStream {
  private readonly files: AsyncIterator<RowFile>;
  private coming: Promise<IteratorResult<RowFile>> | null = null;
  private current: OpenFile | null = null;
  private isLast = false;
  /** What was read and then put back. */
  private kept: Buffer = Buffer.alloc(0);
  private openedRows = 0;
  private openedBytes = 0;
  private takenBytes = 0;

  constructor(files: AsyncIterable<RowFile>) {
    this.files = files[Symbol.asyncIterator]();
  }

  /** Of the files so far, as whoever wrote them counted them. */
  get rows(): number {
    return this.openedRows;
  }

  /** Of all bytes, 0 to 1; null while there may be further files. */
  get takenShare(): number | null {
    if (!this.isLast) return null;
    return this.openedBytes === 0 ? 1 : this.takenBytes / this.openedBytes;
  }

  /** The next `bytes` of them, fewer only at the end of the last file. */
  async take(bytes: number): Promise<Buffer> {
    const block = this.kept.length === bytes ? this.kept : await this.fill(bytes);
    this.kept = Buffer.alloc(0);
    this.takenBytes += block.length;
    return block;
  }

  /** Puts back the end of what was taken last. */
  putBack(rest: Buffer): void {
    this.kept = rest;
    this.takenBytes -= rest.length;
  }

  async close(): Promise<void> {
    await this.current?.handle.close();
    this.current = null;
  }

  private async fill(bytes: number): Promise<Buffer> {
    const block = Buffer.allocUnsafeSlow(bytes);
    let filled = this.kept.copy(block);
    while (filled < bytes) {
      this.current ??= await this.openNext();
      if (this.current === null) break;
      const { handle, unreadBytes } = this.current;
      if (unreadBytes === 0) {
        await this.close();
        continue;
      }
      const { bytesRead } = await handle.read(block, filled, Math.min(bytes - filled, unreadBytes));
      if (bytesRead === 0) throw new Error('the file of rows has become shorter');
      this.current.unreadBytes -= bytesRead;
      filled += bytesRead;
    }
    return block.subarray(0, filled);
  }

  /** Null: there is no further file. */
  private async openNext(): Promise<OpenFile | null> {
    if (this.isLast) return null;
    const { done, value } = await (this.coming ?? this.ask());
    if (done === true) return null;
    const opened = { handle: await open(value.path), unreadBytes: 0 };
    this.current = opened;
    // Whatever ends this process, the system takes the rows away with it.
    await rm(value.path);
    opened.unreadBytes = (await opened.handle.stat()).size;
    this.openedRows += value.rows;
    this.openedBytes += opened.unreadBytes;
    this.coming = this.ask();
    // Met where the next file is opened, which may be never.
    this.coming.catch(() => {});
    return opened;
  }

  /** The next file is made while this one is read. */
  private async ask(): Promise<IteratorResult<RowFile>> {
    const next = await this.files.next();
    this.isLast = next.done === true;
    return next;
  }
}
