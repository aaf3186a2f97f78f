import { crc32 } from 'node:zlib';
import { SaxesParser } from 'saxes';
import type { OutputColumn } from '@hourglass/query';
import { jsonCell } from './json-cell.ts';
import { openNestedMember, sheetName, type OpenRange } from './nested-zip.ts';

/** The texts of a row's cells. Undefined: the cell is empty. */
type Cells = (string | undefined)[];

/**
 * Yields batches of the rows of a workbook that `sheetPart` wrote, as NDJSON. Buffers the rows of some
 * kilobytes.
 * @throws Error when the header differs from the columns, or when the workbook is damaged
 */
export async function* sheetRows(
  workbook: { openRange: OpenRange; start: number; bytes: number },
  columns: readonly OutputColumn[],
): AsyncGenerator<readonly string[]> {
  const sheet = await openNestedMember(sheetName, workbook);
  try {
    const parser = createRowParser(columns.length);
    const keys = columns.map(({ name }) => `${JSON.stringify(name)}:`);
    let checksum = 0;
    let isHeaderRead = false;
    const content: AsyncIterable<Buffer> = sheet.content;
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    for await (const chunk of content) {
      checksum = crc32(chunk, checksum);
      const rows = parser.rowsOf(decoder.decode(chunk, { stream: true }));
      if (!isHeaderRead && rows.length > 0) {
        requireHeader(rows.shift() ?? [], columns);
        isHeaderRead = true;
      }
      yield rows.map(
        (cells) =>
          `{${columns.map((column, index) => `${keys[index]}${cellJson(cells[index], column)}`).join(',')}}`,
      );
    }
    parser.end();
    if (checksum !== sheet.crc32) throw new Error(`${sheetName} differs from its checksum`);
    if (!isHeaderRead) throw new Error('the sheet has no header');
  } finally {
    sheet.close();
  }
}

function requireHeader(cells: Readonly<Cells>, columns: readonly OutputColumn[]): void {
  if (columns.some(({ name }, index) => cells[index] !== name) || cells.length > columns.length)
    throw new Error('the header of the sheet differs from the columns');
}

function cellJson(cell: string | undefined, column: OutputColumn): string {
  const isMetric = column.kind === 'float' || column.isDigits === true;
  // A row without a value has one empty text, so that it is a row.
  if (cell === undefined || (isMetric && cell === '')) return jsonCell(null, column);
  return column.kind === 'float' ? jsonCell(Number(cell), column) : JSON.stringify(cell);
}

function createRowParser(columnCount: number) {
  const parser = new SaxesParser();
  let rows: Cells[] = [];
  let cells: Cells = [];
  let column = 0;
  let isText = false;
  let text = '';
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    if (name === 'row') cells = [];
    if (name !== 'c') return;
    column = columnOf(attributes['r'] ?? '');
    if (column >= columnCount) throw new Error(`the sheet has a cell beyond column ${columnCount}`);
    isText = attributes['t'] === 'inlineStr';
    text = '';
  });
  parser.on('text', (piece) => {
    text += piece;
  });
  parser.on('closetag', ({ name }) => {
    if (name === 'c') cells[column] = isText ? unescaped(text) : text;
    if (name === 'row') rows.push(cells);
  });
  return {
    /** Returns the rows that end in a piece of the sheet. */
    rowsOf(xml: string): Cells[] {
      rows = [];
      parser.write(xml);
      return rows;
    },
    end(): void {
      parser.close();
    },
  };
}

/** Returns the index of the column of a reference such as `AB12`. */
function columnOf(reference: string): number {
  let column = 0;
  for (const letter of reference.replace(/\d+$/, '')) column = column * 26 + letter.charCodeAt(0) - 64;
  return column - 1;
}

function unescaped(text: string): string {
  return text.replaceAll(/_x([0-9A-F]{4})_/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}
