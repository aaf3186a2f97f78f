import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { fromRandomAccessReaderPromise } from 'yauzl';
import type { ArchiveReader, OpenResult, RowLayout } from '@hourglass/reports';
import { manifestName } from '../manifest/manifest.ts';
import { ArchiveBytes } from './archive-bytes.ts';
import { csvRows } from './csv-rows.ts';
import { ndjsonRows } from './ndjson-rows.ts';

/** The size of an unpacked chunk. */
const chunkBytes = 64 * 1024;

/**
 * Creates a reader of the writer's archives. It verifies the sizes of members and the checksums of
 * parts.
 */
export function createArchiveReader(): ArchiveReader {
  return { rows: readRows };
}

async function* readRows(
  archive: OpenResult,
  { columns, output }: RowLayout,
): AsyncGenerator<readonly string[]> {
  const zip = await fromRandomAccessReaderPromise(await ArchiveBytes.open(archive), archive.object.bytes, {
    lazyEntries: true,
  });
  try {
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName === manifestName) continue;
      // An error of either stream is thrown by the iteration below.
      const part = pipeline(
        await zip.openReadStreamPromise(entry),
        createGunzip({ chunkSize: chunkBytes }),
        () => undefined,
      );
      yield* output.format === 'json' ? ndjsonRows(part) : csvRows(part, columns, output);
    }
  } finally {
    zip.close();
  }
}
