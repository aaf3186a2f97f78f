import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { createArchiveWriter } from '@hourglass/archive';

/** Writes the archive of a query with these CSV rows, in parts of about 300 bytes. Returns its path. */
export async function writeCsvArchive(directory: string, rows: readonly string[]): Promise<string> {
  const file = path.join(directory, 'rows');
  await writeFile(file, rows.join(''));
  const { path: archive } = await createArchiveWriter({ threads: 1, partBytes: 300 }).write(
    Readable.from([{ path: file, rows: rows.length }]),
    {
      queryId: 'q',
      columns: [
        { name: 'apiproxy', kind: 'text' },
        { name: 'calls', kind: 'float' },
      ],
      output: { format: 'csv', delimiter: ',' },
      directory,
      createdAt: new Date(),
      signal: new AbortController().signal,
    },
  );
  return archive;
}
