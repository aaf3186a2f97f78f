import { createHash } from 'node:crypto';
import { EventEmitter, once } from 'node:events';

/** Computes the digests of an archive while it is written. */
export class ArchiveDigest {
  readonly #md5 = createHash('md5');
  /** Null after `sha256Of`, and for an archive without a manifest. */
  #sha256: ReturnType<typeof createHash> | null;
  readonly #passed = new EventEmitter();
  #bytes = 0;

  /** @param options.withSha256 needed for an archive with a manifest only */
  constructor({ withSha256 }: { withSha256: boolean }) {
    this.#sha256 = withSha256 ? createHash('sha256') : null;
  }

  /** Passes the bytes of the archive on. */
  async *through(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      this.#md5.update(chunk);
      this.#sha256?.update(chunk);
      this.#bytes += chunk.length;
      this.#passed.emit('chunk');
      yield chunk;
    }
  }

  /**
   * Returns the SHA-256 of the first `bytes` bytes in hex, once they have passed. May be called
   * once, before any further bytes are written.
   */
  async sha256Of(bytes: number, signal: AbortSignal): Promise<string> {
    while (this.#bytes < bytes) await once(this.#passed, 'chunk', { signal });
    const sha256 = this.#sha256;
    if (sha256 === null || this.#bytes !== bytes)
      throw new Error(`${this.#bytes} bytes were digested; expected ${bytes}`);
    this.#sha256 = null;
    return sha256.digest('hex');
  }

  /** Returns the MD5 of all bytes in hex. */
  md5(): string {
    return this.#md5.digest('hex');
  }
}
