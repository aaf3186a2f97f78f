import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { CsvOutput, OutputColumn, OutputFormat, Plan } from '@hourglass/query';
import { createArchiveWriter, manifestSigningKey } from '../src/index.ts';

export const signingKey = manifestSigningKey(Buffer.alloc(32, 5));

const columns: readonly OutputColumn[] = [
  { name: 'apiproxy', kind: 'text' },
  { name: 'note\nof it', kind: 'text' },
];

const plan = {
  dataset: 'api',
  tenant: { organization: 'acme', environment: 'prod', environmentId: 1 },
  range: { startMs: 0, endExclusiveMs: 1_000 },
  metrics: [],
} as unknown as Plan;

interface SignedArchive {
  readonly rows: number;
  readonly partBytes: number;
  readonly format: 'csv' | 'json';
  readonly options?: Omit<Partial<CsvOutput>, 'format'>;
}

/**
 * Writes a signed archive with `rows` rows in parts of about `partBytes` before compression, and
 * returns its path.
 */
export async function signedArchive(
  directory: string,
  { rows, partBytes, format, options = {} }: SignedArchive,
): Promise<string> {
  const output: OutputFormat = format === 'csv' ? { format, delimiter: ',', ...options } : { format };
  const row = (number: number) =>
    format === 'csv'
      ? `p${number},"two\nlines, ""${number}"""\n`
      : `{"apiproxy":"p${number}","note\\nof it":null}\n`;
  const rowsPath = path.join(directory, 'rows');
  await writeFile(rowsPath, Array.from({ length: rows }, (_, number) => row(number)).join(''));
  const writer = createArchiveWriter({
    threads: 1,
    partBytes,
    manifest: { hourglassVersion: '0.1.0', signingKey: async () => signingKey },
  });
  const archive = await writer.write(Readable.from([{ path: rowsPath, rows }]), {
    queryId: '9cfc0d85-0f30-46d6-ae6f-318d0cb961bd',
    columns,
    output,
    directory,
    createdAt: new Date('2026-03-04T05:06:08.123Z'),
    origin: {
      plan: { ...plan, output },
      attempt: 1,
      watermark: 7n,
      snapshotAt: new Date('2026-03-04T05:06:09.5Z'),
      engine: { name: 'DuckDB', version: 'v1' },
    },
    signal: new AbortController().signal,
  });
  return archive.path;
}
