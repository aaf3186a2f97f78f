import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { openPromise } from 'yauzl';

/** Writes the unpacked parts of an archive file to `output`, in order; skips other members. */
export async function unpackParts(archive: string, output: Writable): Promise<void> {
  const zip = await openPromise(archive, { lazyEntries: true });
  try {
    for await (const entry of zip.eachEntry()) {
      if (!entry.fileName.endsWith('.gz')) continue;
      await pipeline(await zip.openReadStreamPromise(entry), createGunzip(), output, { end: false });
    }
  } finally {
    zip.close();
  }
}
