import { binaryText } from './bytes.ts';
import { maxLineBytes } from './lines.ts';

/** One record. Cells have one character a byte; null is an empty cell without quotes. */
export interface CsvRecord {
  /** The line at which it begins, from 1. */
  readonly line: number;
  readonly cells: readonly (string | null)[];
}

/** A fault after which no record can be identified. */
export interface CsvFault {
  readonly line: number;
  readonly fault: string;
}

const notClosed = 'a quoted cell is not closed; expected a quote at its end';
const closingQuote = 'a quote inside a quoted cell; expected two quotes there';
const openingQuote = 'a quote in a cell without quotes; expected the cell in quotes';
const tooLong = `the row is too long or a quoted cell is not closed; expected at most ${maxLineBytes} bytes`;

/** `end`: the index after it. Null: it goes on in the next chunk. */
type Scanned<Found> = (Found & { readonly end: number }) | { readonly fault: string } | null;
type Cells = Pick<CsvRecord, 'cells'>;
type Cell = { readonly value: string | null };

/**
 * Splits bytes into the records of RFC 4180, strictly: a quote stands around a cell or is doubled in one. Lines end in
 * `\n` or `\r\n`, and empty ones are skipped. Holds one chunk and one record. Not a library's parser, because that needs
 * the streams of Node.js.
 */
export class CsvSplitter {
  private readonly separator: string;
  /** From the start of the record in progress. */
  private rest = '';
  private line = 1;
  private isOver = false;

  constructor(separator: string) {
    this.separator = separator;
  }

  push(chunk: Uint8Array): readonly (CsvRecord | CsvFault)[] {
    return this.split(this.rest + binaryText(chunk), false);
  }

  end(): readonly (CsvRecord | CsvFault)[] {
    return this.split(this.rest, true);
  }

  private split(text: string, isWhole: boolean): readonly (CsvRecord | CsvFault)[] {
    const found: (CsvRecord | CsvFault)[] = [];
    let at = 0;
    while (at < text.length && !this.isOver) {
      const scanned = this.scan(text, at, isWhole);
      // A long record is a fault before its end is known, so that an open quote does not hold the whole file.
      const bytes = (scanned === null || 'fault' in scanned ? text.length : scanned.end) - at;
      if (scanned !== null && 'fault' in scanned) found.push(this.fault(scanned.fault));
      else if (bytes > maxLineBytes) found.push(this.fault(tooLong));
      else if (scanned === null) break;
      else {
        if (scanned.cells.length > 0) found.push({ line: this.line, cells: scanned.cells });
        this.line += countLineFeeds(text, at, scanned.end);
        at = scanned.end;
      }
    }
    this.rest = text.slice(at);
    return found;
  }

  private fault(fault: string): CsvFault {
    this.isOver = true;
    return { line: this.line, fault };
  }

  private scan(text: string, start: number, isWhole: boolean): Scanned<Cells> {
    const lineFeed = text.indexOf('\n', start);
    if (lineFeed < 0 && !isWhole && !text.includes('"', start)) return null;
    const lineEnd = lineFeed < 0 ? text.length : lineFeed;
    const line = text.slice(start, lineFeed > start && text[lineFeed - 1] === '\r' ? lineFeed - 1 : lineEnd);
    if (line.includes('"')) return this.scanQuoted(text, start, isWhole);
    if (lineFeed < 0 && !isWhole) return null;
    const cells = line === '' ? [] : line.split(this.separator).map((cell) => (cell === '' ? null : cell));
    return { cells, end: lineEnd + 1 };
  }

  private scanQuoted(text: string, start: number, isWhole: boolean): Scanned<Cells> {
    const cells: (string | null)[] = [];
    for (let at = start; ; at += 1) {
      const cell = text[at] === '"' ? quotedCell(text, at, isWhole) : this.plainCell(text, at, isWhole);
      if (cell === null || 'fault' in cell) return cell;
      cells.push(cell.value);
      at = cell.end;
      if (at === text.length) return isWhole ? { cells, end: at } : null;
      if (text[at] === '\n') return { cells, end: at + 1 };
      if (text.startsWith('\r\n', at)) return { cells, end: at + 2 };
      if (text[at] === '\r' && at + 1 === text.length && !isWhole) return null;
      if (text[at] !== this.separator) return { fault: closingQuote };
    }
  }

  private plainCell(text: string, start: number, isWhole: boolean): Scanned<Cell> {
    let end = start;
    while (end < text.length && text[end] !== this.separator && text[end] !== '\n') {
      if (text[end] === '"') return { fault: openingQuote };
      end += 1;
    }
    if (end === text.length && !isWhole) return null;
    if (text[end] === '\n' && end > start && text[end - 1] === '\r') end -= 1;
    return { value: end === start ? null : text.slice(start, end), end };
  }
}

/** Reads the cell whose opening quote is at `start`. */
function quotedCell(text: string, start: number, isWhole: boolean): Scanned<Cell> {
  let value = '';
  let from = start + 1;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote < 0) return isWhole ? { fault: notClosed } : null;
    // At the end of a chunk the caller waits for the next byte, which may be another quote.
    value += text.slice(from, quote);
    if (text[quote + 1] !== '"') return { value, end: quote + 1 };
    value += '"';
    from = quote + 2;
  }
}

function countLineFeeds(text: string, start: number, endExclusive: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', start); at >= 0 && at < endExclusive; at = text.indexOf('\n', at + 1))
    count += 1;
  return count;
}
