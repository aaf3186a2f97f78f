// Writes an archive of as many rows as the argument says, as a worker does from the engine's files on, and prints the
// bytes that it allocates on the JavaScript heap.
import counting from './count-allocations.cjs';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createArchiveWriter } from '@hourglass/archive';

const rows = Number(process.argv[2]);
const directory = await mkdtemp(path.join(tmpdir(), 'hourglass-archives-'));
const lines = path.join(directory, 'lines');
const writer = createArchiveWriter({ threads: 1 });

async function* rowFiles() {
  // The writer deletes its file.
  const file = path.join(directory, 'rows');
  await copyFile(lines, file);
  yield { path: file, rows };
}

async function writeArchive() {
  await writer.write(rowFiles(), {
    queryId: '9cfc0d85-0f30-46d6-ae6f-318d0cb961bd',
    columns: [
      { name: 'calls', kind: 'text' },
      { name: 'size', kind: 'float' },
      { name: 'apiproxy', kind: 'text' },
    ],
    output: { format: 'json' },
    directory,
    createdAt: new Date(0),
    signal: new AbortController().signal,
  });
}

try {
  const texts = Array.from(
    { length: rows },
    (_, index) => `{"calls":"${index}","size":${index}.5,"apiproxy":"proxy-${index % 40}"}\n`,
  );
  await writeFile(lines, texts.join(''));
  // Compiles the code.
  await writeArchive();
  const before = counting.readAllocatedBytes();
  await writeArchive();
  console.log(JSON.stringify({ allocatedBytes: counting.readAllocatedBytes() - before }));
} finally {
  await rm(directory, { recursive: true });
}
