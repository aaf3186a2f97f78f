import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { buffer } from 'node:stream/consumers';
import { RandomAccessReader } from 'yauzl';
import type { OpenResult } from '@hourglass/reports';

/** Enough for the central directory of hundreds of parts, and for a whole small archive. */
const tailBytes = 64 * 1024;

/** Lets yauzl read an archive in the object store, by ranges of bytes. */
export class ArchiveBytes extends RandomAccessReader {
  readonly #archive: OpenResult;
  readonly #tail: Buffer;
  readonly #tailStart: number;

  private constructor(archive: OpenResult, tail: Buffer) {
    super();
    this.#archive = archive;
    this.#tail = tail;
    this.#tailStart = archive.object.bytes - tail.length;
  }

  /**
   * Reads the end of the archive, with its central directory, in one request: yauzl reads it in
   * small pieces, each of which would be a request to the store.
   */
  static async open(archive: OpenResult): Promise<ArchiveBytes> {
    const { bytes } = archive.object;
    const range = { start: Math.max(0, bytes - tailBytes), endExclusive: bytes };
    return new ArchiveBytes(archive, await buffer(await archive.read(range)));
  }

  override _readStreamForRange(start: number, endExclusive: number): Readable {
    const offset = start - this.#tailStart;
    if (offset >= 0) return Readable.from([this.#tail.subarray(offset, endExclusive - this.#tailStart)]);
    // yauzl needs the stream before the store has responded.
    const stream = new PassThrough();
    this.#archive
      .read({ start, endExclusive })
      .then((source) => pipeline(source, stream))
      .catch((error: unknown) => stream.destroy(error instanceof Error ? error : new Error(String(error))));
    return stream;
  }
}
