import type { EncodedRow } from '@hourglass/facts';
import { FilledColumns } from './filled-columns.ts';
import type { RowTable } from './row-table.ts';

/** Large enough to amortize a COPY statement, small enough to hold one per open batch. */
const chunkCharacters = 4 * 1024 * 1024;

/** Buffers COPY lines and writes them to `table` in chunks. */
export class RowBuffer {
  private readonly table: RowTable;
  private readonly filled: FilledColumns;
  private texts: string[] = [];
  private characters = 0;
  private first: string | null = null;
  private last: string | null = null;

  constructor(table: RowTable) {
    this.table = table;
    this.filled = new FilledColumns(table.columns);
  }

  /** Writes a chunk when the buffer is full, and before the set of filled columns grows. */
  async add(rows: readonly EncodedRow[]): Promise<void> {
    const missing = this.filled.missingFor(rows);
    if (missing.length > 0) {
      await this.flush();
      this.filled.add(missing);
    }
    const text = this.filled.linesOf(this.table.rowPrefix, rows);
    this.texts.push(text);
    this.characters += text.length;
    if (this.table.isHot) for (const { cells } of rows) this.addTime(cells[0] ?? '');
    if (this.characters >= chunkCharacters) await this.flush();
  }

  /** Times of the first and the last fact that were added. Records have none. */
  get times(): readonly [first: string | null, last: string | null] {
    return [this.first, this.last];
  }

  async flush(): Promise<void> {
    if (this.texts.length === 0) return;
    const chunk = Buffer.from(this.texts.join(''), 'utf8');
    this.clear();
    await this.table.write(chunk, this.filled.filledNames);
  }

  /** The first cell of a fact is its time. All times are written by `Date.toISOString`, so that their texts have the order of the times. */
  private addTime(time: string): void {
    if (this.first === null || time < this.first) this.first = time;
    if (this.last === null || time > this.last) this.last = time;
  }

  clear(): void {
    this.texts = [];
    this.characters = 0;
  }
}
