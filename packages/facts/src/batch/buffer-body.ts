import { BatchReader } from './batch-reader.ts';
import type { ByteBudget } from './byte-budget.ts';
import type { EncodedRows } from './fact-store.ts';
import type { RowFormat } from '../check/row-format.ts';

/** The beginning of a body, checked while it arrived. */
export interface BufferedBody {
  /** Whether the body ended within the bounds, so that `rows` has all of its rows. */
  readonly isWhole: boolean;
  readonly reader: BatchReader;
  /** Groups of valid rows. */
  readonly rows: readonly EncodedRows[];
  /** The bytes that were read. */
  readonly chunks: Buffer[];
  /** Drops `rows`, and gives their memory back. Can be called again. */
  release(): void;
}

export interface BufferOptions {
  readonly format: RowFormat;
  readonly refuseAll: boolean;
  /** Shared by the bodies of a process. Without any left, nothing more is buffered. */
  readonly memory: ByteBudget;
}

const maxBytes = 1024 * 1024;
const maxRows = 8 * 1024;
/** A client that sends single bytes would otherwise cause a buffer object for each. */
const maxChunks = 1024;

/**
 * Reads a body into memory until it ends or has more than a mebibyte or 8,192 rows. A refused body
 * keeps no rows, and is read on only to list its faults.
 */
export async function bufferBody(
  body: AsyncIterator<Buffer>,
  { format, refuseAll, memory }: BufferOptions,
): Promise<BufferedBody> {
  const groups: EncodedRows[] = [];
  let chunks: Buffer[] = [];
  let bytes = 0;
  let takenBytes = 0;
  let isWhole = false;
  let isFull = false;
  const reader = new BatchReader({ format, refuseAll, sink: { write: (rows) => void groups.push(rows) } });

  const hasRoom = (): boolean => {
    if (bytes > maxBytes) return false;
    if (reader.isRefused) return true;
    const neededBytes = bytes + reader.writtenBytes - takenBytes;
    if (reader.accepted > maxRows || !memory.tryTake(neededBytes)) return false;
    takenBytes += neededBytes;
    return true;
  };

  async function* untilFull(): AsyncGenerator<Buffer> {
    for (; !isFull; isFull = !hasRoom()) {
      const { done, value } = await body.next();
      if (done === true) {
        isWhole = true;
        return;
      }
      bytes += value.length;
      chunks.push(value);
      if (chunks.length > maxChunks) chunks = [Buffer.concat(chunks)];
      yield value;
    }
  }

  const release = () => {
    memory.release(takenBytes);
    takenBytes = 0;
    groups.length = 0;
  };
  try {
    // The end of the chunks may be in the middle of a line, unless the body ended there.
    await reader.read(untilFull(), () => isFull);
    return { isWhole, reader, rows: groups, chunks, release };
  } catch (error) {
    release();
    throw error;
  }
}
