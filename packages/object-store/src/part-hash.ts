import { createHash, type Hash } from 'node:crypto';
import { Writable, Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/**
 * The ETag that S3 gives to bytes that come in parts of `partBytes`: the MD5 of the only part, or that of the parts' MD5s
 * and their number.
 */
export class PartHash {
  private readonly partBytes: number;
  private readonly finished: Buffer[] = [];
  private part: Hash = createHash('md5');
  private room: number;

  constructor(partBytes: number) {
    this.partBytes = partBytes;
    this.room = partBytes;
  }

  update(bytes: Buffer): void {
    for (let offset = 0; offset < bytes.length;) {
      if (this.room === 0) this.nextPart();
      const taken = bytes.subarray(offset, offset + this.room);
      this.part.update(taken);
      this.room -= taken.length;
      offset += taken.length;
    }
  }

  /** Once, at the end. */
  etag(): string {
    const last = this.part.digest();
    if (this.finished.length === 0) return last.toString('hex');
    const parts = [...this.finished, last];
    return `${createHash('md5').update(Buffer.concat(parts)).digest('hex')}-${parts.length}`;
  }

  private nextPart(): void {
    this.finished.push(this.part.digest());
    this.part = createHash('md5');
    this.room = this.partBytes;
  }
}

/** Passes everything on and hashes it. */
export function hashing(hash: PartHash): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
}

/** What `stream` has as its ETag. */
export async function etagOf(stream: NodeJS.ReadableStream, partBytes: number): Promise<string> {
  const hash = new PartHash(partBytes);
  await pipeline(
    stream,
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        hash.update(chunk);
        done();
      },
    }),
  );
  return hash.etag();
}
