import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { buffer } from 'node:stream/consumers';
import { RandomAccessReader } from 'yauzl';
import type { OpenResult } from '@hourglass/reports';

/** Holds the directory of hundreds of parts, and all of a small archive. */
const tailBytes = 64 * 1024;

/** An archive in the object store as yauzl reads one: ranges of bytes. */
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
   * Reads the end of the archive, where its directory is, at once: yauzl asks for it in pieces of some bytes, and
   * each would be a request to the store.
   */
  static async open(archive: OpenResult): Promise<ArchiveBytes> {
    const { bytes } = archive.object;
    const range = { start: Math.max(0, bytes - tailBytes), endExclusive: bytes };
    return new ArchiveBytes(archive, await buffer(await archive.read(range)));
  }

  override _readStreamForRange(start: number, endExclusive: number): Readable {
    const offset = start - this.#tailStart;
    if (offset >= 0) return Readable.from([this.#tail.subarray(offset, endExclusive - this.#tailStart)]);
    // The stream has to be there before the store answers.
    const stream = new PassThrough();
    this.#archive
      .read({ start, endExclusive })
      .then((source) => pipeline(source, stream))
      .catch((error: unknown) => stream.destroy(error instanceof Error ? error : new Error(String(error))));
    return stream;
  }
}
