import { createHash } from 'node:crypto';
import { EventEmitter, once } from 'node:events';

/** Digests of an archive while it is written. */
export class ArchiveDigest {
  readonly #md5 = createHash('md5');
  /** Null once it was asked for. */
  #sha256: ReturnType<typeof createHash> | null;
  readonly #passed = new EventEmitter();
  #bytes = 0;

  /** The SHA-256 is only computed for an archive that gets a manifest. */
  constructor({ withSha256 }: { withSha256: boolean }) {
    this.#sha256 = withSha256 ? createHash('sha256') : null;
  }

  async *through(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      this.#md5.update(chunk);
      this.#sha256?.update(chunk);
      this.#bytes += chunk.length;
      this.#passed.emit('chunk');
      yield chunk;
    }
  }

  /** Of the first `bytes` bytes, hex. No more may have been written when it is called, and it is called once. */
  async sha256Of(bytes: number, signal: AbortSignal): Promise<string> {
    while (this.#bytes < bytes) await once(this.#passed, 'chunk', { signal });
    const sha256 = this.#sha256;
    if (sha256 === null || this.#bytes !== bytes) throw new Error('the digest has passed these bytes');
    this.#sha256 = null;
    return sha256.digest('hex');
  }

  /** Of everything, hex. */
  md5(): string {
    return this.#md5.digest('hex');
  }
}
