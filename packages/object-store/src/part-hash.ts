import { createHash, type Hash } from 'node:crypto';
import { Writable, Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/**
 * Computes the ETag of S3 for an object uploaded in parts of `partBytes`: the MD5 of a single part,
 * or else the MD5 of the parts' MD5s followed by their number.
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

  /** May be called once, after the last `update`. */
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

/** Returns a stream that passes its bytes on and adds them to `hash`. */
export function hashing(hash: PartHash): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
}

/** Reads the stream and returns its ETag. */
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
