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
  private days = new Set<number>();

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
    for (const { day } of rows) if (day !== null) this.days.add(day);
    if (this.characters >= chunkCharacters) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.texts.length === 0) return;
    const chunk = Buffer.from(this.texts.join(''), 'utf8');
    const { days } = this;
    this.clear();
    await this.table.write(chunk, { columns: this.filled.filledNames, days });
  }

  clear(): void {
    this.texts = [];
    this.days = new Set();
    this.characters = 0;
  }
}
