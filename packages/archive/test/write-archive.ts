import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { afterEach, beforeEach } from 'vitest';
import { fromBufferPromise, type Entry } from 'yauzl';
import type { OutputColumn, OutputFormat } from '@hourglass/query';
import type { ArchiveTask, RowFile } from '@hourglass/reports';
import { createArchiveWriter } from '../src/index.ts';

export const queryId = '9cfc0d85-0f30-46d6-ae6f-318d0cb961bd';
export const csv: OutputFormat = { format: 'csv', delimiter: ',' };
export const oneColumn: readonly OutputColumn[] = [{ name: 'a', kind: 'text' }];
const columns: readonly OutputColumn[] = [
  { name: 'apiproxy', kind: 'text' },
  { name: 'tps', kind: 'float' },
];

let current: string;

/** Gives every test of a file its own directory. */
export function useDirectory(): void {
  beforeEach(async () => {
    current = await mkdtemp(path.join(tmpdir(), 'hourglass-archive-'));
  });
  afterEach(() => rm(current, { recursive: true, force: true }));
}

export const directory = (): string => current;

export function task(changes: Partial<ArchiveTask> = {}): ArchiveTask {
  return {
    queryId,
    columns,
    output: { format: 'json' },
    directory: current,
    createdAt: new Date('2026-03-04T05:06:08Z'),
    signal: new AbortController().signal,
    ...changes,
  };
}

const numbers = (from: number, toExclusive: number): number[] =>
  Array.from({ length: toExclusive - from }, (_, index) => from + index);

export const jsonLines = (from: number, toExclusive: number): string =>
  numbers(from, toExclusive)
    .map((number) => `{"apiproxy":"proxy ${number}","tps":${number}.0}\n`)
    .join('');

export const csvLines = (from: number, toExclusive: number): string =>
  numbers(from, toExclusive)
    .map((number) => `proxy ${number},${number}.0\n`)
    .join('');

export const writer = (partBytes?: number) =>
  createArchiveWriter({ threads: 2, ...(partBytes === undefined ? {} : { partBytes }) });

/** Writes one file of rows, as an engine does. */
export async function rowFile(lines: string, rows: number, name = 'rows'): Promise<AsyncIterable<RowFile>> {
  const file = { path: path.join(current, name), rows };
  await writeFile(file.path, lines);
  return Readable.from([file]);
}

/** Writes several files of rows, each when the consumer requests it. */
export async function* rowFiles(lists: readonly (readonly string[])[]): AsyncGenerator<RowFile> {
  for (const [index, rows] of lists.entries())
    yield* await rowFile(rows.join(''), rows.length, `rows-${index}`);
}

export const jsonRows = (rows: number) => rowFile(jsonLines(0, rows), rows);
export const csvRows = (rows: number) => rowFile(csvLines(0, rows), rows);

export interface Member {
  readonly entry: Entry;
  readonly bytes: Buffer;
}

export async function members(archivePath: string): Promise<readonly Member[]> {
  const zip = await fromBufferPromise(await readFile(archivePath), { lazyEntries: true });
  const found: Member[] = [];
  for await (const entry of zip.eachEntry())
    found.push({ entry, bytes: await buffer(await zip.openReadStreamPromise(entry)) });
  return found;
}
