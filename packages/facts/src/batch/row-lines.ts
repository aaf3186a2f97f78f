import { nullCell } from '../columns/column-rule.ts';
import type { EncodedRows } from './fact-store.ts';

const tab = 0x09;
const lineFeed = 0x0a;
const nullBytes = Buffer.from(nullCell);
const nextCellIsNull = Buffer.from(`\t${nullCell}`);
/** Lines of this size are taken. Doubling a buffer up to the size of a body would copy all of it again. */
const fullBytes = 64 * 1024;
const capacityBytes = fullBytes + 4 * 1024;
/** Enough for batches of a few facts. */
const firstCapacityBytes = 8 * 1024;
const noLines = Buffer.alloc(0);
/** In place of the end of a span. */
const isText = -1;

/**
 * Builds lines for `COPY`, one row at a time, from bytes and texts that are encoded already. Lines
 * have the cells that any row had so far: most facts fill about twelve of eighty.
 */
export class RowLines {
  /** The number of rows since the last call of `take`. */
  rows = 0;
  /** Bytes of the lines that were taken. */
  takenBytes = 0;
  private lines: Buffer = noLines;
  private length = 0;
  private filled: readonly number[] = [];
  private least: string | null = null;
  private greatest: string | null = null;
  // The row in progress. Its cells have its number in `rowOf`; the others are null.
  private row = 0;
  private rowBytes = 0;
  private readonly isFilled: Uint8Array;
  private readonly rowOf: Int32Array;
  private readonly starts: Int32Array;
  private readonly ends: Int32Array;
  private readonly texts: string[];

  constructor(cellCount: number) {
    this.isFilled = new Uint8Array(cellCount);
    this.rowOf = new Int32Array(cellCount);
    this.starts = new Int32Array(cellCount);
    this.ends = new Int32Array(cellCount);
    this.texts = Array.from({ length: cellCount }, () => '');
    this.fill(0);
  }

  /** Whether the rows should be taken. */
  get isFull(): boolean {
    return this.length >= fullBytes;
  }

  /** Begins a row. Drops the row in progress. */
  begin(): void {
    this.row += 1;
    this.rowBytes = 0;
  }

  hasValue(cell: number): boolean {
    return this.rowOf[cell] === this.row;
  }

  /** The value is a span of the bytes that `end` gets. */
  setBytes(cell: number, start: number, endExclusive: number): void {
    if (this.isFilled[cell] === 0) this.fill(cell);
    this.rowOf[cell] = this.row;
    this.starts[cell] = start;
    this.ends[cell] = endExclusive;
    this.rowBytes += endExclusive - start;
  }

  setText(cell: number, text: string): void {
    if (this.isFilled[cell] === 0) this.fill(cell);
    this.rowOf[cell] = this.row;
    this.texts[cell] = text;
    this.ends[cell] = isText;
    // A UTF-16 unit has at most three bytes in UTF-8.
    this.rowBytes += 3 * text.length;
  }

  /** The value of the cell, as text. */
  textOf(cell: number, source: Buffer): string {
    const end = this.ends[cell] ?? isText;
    return end === isText ? (this.texts[cell] ?? '') : source.toString('utf8', this.starts[cell], end);
  }

  /** Appends the row, whose spans are of `source`. */
  end(source: Uint8Array): void {
    const { filled, starts, ends, texts } = this;
    const lines = this.reserve(this.rowBytes + filled.length * nextCellIsNull.length);
    let at = this.length;
    for (const cell of filled) {
      const end = ends[cell] ?? isText;
      if (this.rowOf[cell] !== this.row) {
        lines[at++] = nullBytes[0] ?? 0;
        lines[at++] = nullBytes[1] ?? 0;
      } else if (end === isText) {
        at += lines.write(texts[cell] ?? '', at);
      } else {
        for (let from = starts[cell] ?? 0; from < end; from += 1) lines[at++] = source[from] ?? 0;
      }
      lines[at++] = tab;
    }
    lines[at - 1] = lineFeed;
    this.length = at;
    this.rows += 1;
    this.noteTime();
  }

  /** Appends a row of encoded cells. */
  add(cells: readonly string[]): void {
    this.begin();
    for (const [cell, text] of cells.entries()) if (text !== nullCell) this.setText(cell, text);
    this.end(nullBytes);
  }

  /** Returns the rows since the last call, and removes them. */
  take(): EncodedRows {
    const { rows: count, filled: cells, least, greatest } = this;
    const lines = this.lines.subarray(0, this.length);
    this.takenBytes += this.length;
    this.lines = noLines;
    this.length = 0;
    this.rows = 0;
    this.least = null;
    this.greatest = null;
    return { count, cells, lines, least, greatest };
  }

  /** Adds a cell to the lines. In those of earlier rows it is null. */
  private fill(cell: number): void {
    this.isFilled[cell] = 1;
    this.filled = [...this.filled, cell];
    if (this.rows === 0) return;
    const old = this.lines.subarray(0, this.length);
    this.lines = Buffer.allocUnsafe(capacityBytes + old.length + this.rows * nextCellIsNull.length);
    let length = 0;
    for (let start = 0; start < old.length;) {
      const end = old.indexOf(lineFeed, start);
      length += old.copy(this.lines, length, start, end);
      length += nextCellIsNull.copy(this.lines, length);
      this.lines[length++] = lineFeed;
      start = end + 1;
    }
    this.length = length;
  }

  private reserve(bytes: number): Buffer {
    const neededBytes = this.length + bytes;
    if (neededBytes > this.lines.length) {
      const nextBytes = this.lines === noLines ? firstCapacityBytes : capacityBytes;
      const larger = Buffer.allocUnsafe(Math.max(neededBytes, nextBytes));
      this.lines.copy(larger, 0, 0, this.length);
      this.lines = larger;
    }
    return this.lines;
  }

  private noteTime(): void {
    const text = this.texts[0] ?? '';
    if (this.least === null || text < this.least) this.least = text;
    if (this.greatest === null || text > this.greatest) this.greatest = text;
  }
}
