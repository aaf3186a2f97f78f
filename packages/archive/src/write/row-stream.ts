import { open, rm, type FileHandle } from 'node:fs/promises';
import type { RowFile } from '@hourglass/reports';

interface OpenFile {
  readonly handle: FileHandle;
  unreadBytes: number;
}

/** Reads consecutive files of rows as one stream of bytes. */
export class RowStream {
  private readonly files: AsyncIterator<RowFile>;
  private nextFile: Promise<IteratorResult<RowFile>> | null = null;
  private current: OpenFile | null = null;
  private isLast = false;
  /** Bytes that were put back. */
  private kept: Buffer = Buffer.alloc(0);
  private openedRows = 0;
  private openedBytes = 0;
  private takenBytes = 0;

  constructor(files: AsyncIterable<RowFile>) {
    this.files = files[Symbol.asyncIterator]();
  }

  /** The number of rows in the files opened so far, as the engine counted them. */
  get rows(): number {
    return this.openedRows;
  }

  /** The share of all bytes that has been taken, 0 to 1; null while further files may follow. */
  get takenShare(): number | null {
    if (!this.isLast) return null;
    return this.openedBytes === 0 ? 1 : this.takenBytes / this.openedBytes;
  }

  /** Returns the next `bytes` bytes, fewer only at the end of the last file. */
  async take(bytes: number): Promise<Buffer> {
    const block = this.kept.length === bytes ? this.kept : await this.fill(bytes);
    this.kept = Buffer.alloc(0);
    this.takenBytes += block.length;
    return block;
  }

  /** Returns the end of the block that was taken last to the stream. */
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
      if (bytesRead === 0) throw new Error('the file of rows was truncated while it was read');
      this.current.unreadBytes -= bytesRead;
      filled += bytesRead;
    }
    return block.subarray(0, filled);
  }

  /** Returns null when there is no further file. */
  private async openNext(): Promise<OpenFile | null> {
    if (this.isLast) return null;
    const { done, value } = await (this.nextFile ?? this.requestFile());
    if (done === true) return null;
    const opened = { handle: await open(value.path), unreadBytes: 0 };
    this.current = opened;
    // Unlinked while open: if the process dies, the system frees the disk space.
    await rm(value.path);
    opened.unreadBytes = (await opened.handle.stat()).size;
    this.openedRows += value.rows;
    this.openedBytes += opened.unreadBytes;
    // The engine writes the next file while this one is read.
    this.nextFile = this.requestFile();
    // Rethrown when the next file is opened.
    this.nextFile.catch(() => {});
    return opened;
  }

  private async requestFile(): Promise<IteratorResult<RowFile>> {
    const next = await this.files.next();
    this.isLast = next.done === true;
    return next;
  }
}
