import { createWriteStream } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { writeXlsxStream } from 'hucre/xlsx';
import { maxSheetRows } from '@hourglass/query';
import { ReportImpossible, type RowFile } from '@hourglass/reports';
import { ndjsonRows } from '../read/ndjson-rows.ts';
import type { PartContent, PartsContext } from './append-parts.ts';
import { RowStream } from './row-stream.ts';
import { headerCells, sheetCells, type SheetCell } from './sheet-cells.ts';

const blockBytes = 256 * 1024;
const bytesPerMegabyte = 1024 * 1024;

/**
 * Writes the rows of a report, each a line with a JSON array, to one workbook with one sheet, and yields
 * it. Equal rows give equal bytes. The workbook is in memory only while it is appended.
 * @throws ReportImpossible when the rows, a text or the workbook are too large
 */
export async function* sheetPart(
  files: AsyncIterable<RowFile>,
  { task, options, signal }: PartsContext,
): AsyncGenerator<PartContent, void> {
  const rows = new RowStream(files);
  const file = path.join(task.directory, `sheet-${task.queryId}.xlsx`);
  try {
    const workbook = writeXlsxStream(sheetRows(rows, task), { name: 'Report', freezePane: { rows: 1 } });
    const bounded = untilTooLarge(workbook, options.maxSheetBytes);
    await pipeline(bounded, createWriteStream(file), { signal });
    const content = await readFile(file);
    yield { content, ending: 'xlsx', rows: rows.rows, bytes: content.length };
  } finally {
    await rows.close();
    await rm(file, { force: true });
  }
}

async function* sheetRows(
  rows: RowStream,
  { columns, onProgress }: PartsContext['task'],
): AsyncGenerator<SheetCell[], void> {
  yield headerCells(columns);
  let written = 0;
  for await (const lines of ndjsonRows(blocksOf(rows))) {
    if (rows.rows > maxSheetRows) throw new ReportImpossible('sheetRows', { rows: maxSheetRows });
    if (rows.takenShare !== null) onProgress?.(rows.takenShare);
    for (const line of lines)
      yield sheetCells(JSON.parse(line) as readonly (string | number | null)[], columns);
    written += lines.length;
  }
  if (written !== rows.rows) throw new Error(`the sheet has ${written} rows; the engine wrote ${rows.rows}`);
}

async function* blocksOf(rows: RowStream): AsyncGenerator<Buffer, void> {
  for (;;) {
    const block = await rows.take(blockBytes);
    if (block.length === 0) return;
    yield block;
  }
}

async function* untilTooLarge(
  workbook: ReadableStream<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array, void> {
  const tooLarge = () => new ReportImpossible('sheetSize', { megabytes: maxBytes / bytesPerMegabyte });
  let bytes = 0;
  try {
    for await (const chunk of workbook) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooLarge();
      yield chunk;
    }
  } catch (error) {
    // A sheet of more than 4 GiB before compression.
    throw error instanceof Error && error.name === 'ZipError' ? tooLarge() : error;
  }
}
