import { csvHeader, csvLine } from '../rows/csv.ts';
import type { Column } from '../rows/result.ts';
import { sheetHeader, sheetRow, type SheetCell } from '../rows/sheet.ts';
import { rowTexts } from '../rows/row-stream.ts';
import { readRows, type ResultSource } from './result.ts';

export type RowFormat = 'csv' | 'ndjson' | 'xlsx';

interface WriteOptions {
  readonly signal: AbortSignal;
  /** Receives the number of rows read so far. */
  readonly onRows: (rows: number) => void;
}

/**
 * Writes the rows of a result of any format as a file.
 * @throws CellTooLong, and ApiError when the rows cannot be read
 */
export function writeRows(source: ResultSource, format: RowFormat, options: WriteOptions): Promise<Blob> {
  return format === 'xlsx' ? writeWorkbook(source, options) : writeTexts(source, format, options);
}

/** Rows between two pieces of the file: the text of a piece is in memory, earlier pieces are the browser's. */
const rowsOfPiece = 20_000;

async function writeTexts(
  source: ResultSource,
  format: 'csv' | 'ndjson',
  { signal, onRows }: WriteOptions,
): Promise<Blob> {
  const pieces: Blob[] = [];
  let lines: string[] = [];
  let count = 0;
  const lineOf = format === 'csv' ? csvLine : (row: string) => `${row}\n`;
  const rows = readRows(source, signal, ({ columns = [] }) => {
    if (format === 'csv') pieces.push(new Blob([csvHeader(columns)]));
  });
  for await (const read of rows) {
    const texts = rowTexts(read);
    for (const text of texts) lines.push(lineOf(text));
    count += texts.length;
    onRows(count);
    if (lines.length < rowsOfPiece) continue;
    pieces.push(new Blob([lines.join('')]));
    lines = [];
  }
  return new Blob([...pieces, lines.join('')]);
}

/** Bytes between two pieces of a workbook. */
const pieceBytes = 1024 * 1024;

async function writeWorkbook(source: ResultSource, options: WriteOptions): Promise<Blob> {
  const { writeXlsxStream } = await import('hucre/xlsx');
  const workbook = writeXlsxStream(sheetRows(source, options), { name: 'Report', freezePane: { rows: 1 } });
  const pieces: Blob[] = [];
  let chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  const reader = workbook.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return new Blob([...pieces, ...chunks]);
    chunks.push(value as Uint8Array<ArrayBuffer>);
    bytes += value.length;
    if (bytes < pieceBytes) continue;
    pieces.push(new Blob(chunks));
    chunks = [];
    bytes = 0;
  }
}

async function* sheetRows(
  source: ResultSource,
  { signal, onRows }: WriteOptions,
): AsyncGenerator<SheetCell[], void> {
  let columns: readonly Column[] | null = null;
  let count = 0;
  const rows = readRows(source, signal, (head) => {
    ({ columns = [] } = head);
  });
  for await (const read of rows) {
    const texts = rowTexts(read);
    if (columns !== null && count === 0) yield sheetHeader(columns);
    for (const text of texts) yield sheetRow(text, columns ?? []);
    count += texts.length;
    onRows(count);
  }
  if (count === 0) yield sheetHeader(columns ?? []);
}
