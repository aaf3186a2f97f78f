import type { EncodedRows } from '@hourglass/facts';
import type { RowTable } from './row-table.ts';

/** Large enough to amortize a COPY statement, small enough to hold one per open batch. */
const chunkBytes = 4 * 1024 * 1024;
const lineFeed = 0x0a;

/** Buffers COPY lines and writes them to `table` in chunks. */
export class RowBuffer {
  private readonly table: RowTable;
  private readonly prefix: Buffer;
  private groups: EncodedRows[] = [];
  private bytes = 0;
  /** The cells of the groups. */
  private cells: readonly number[] = [];
  private first: string | null = null;
  private last: string | null = null;

  constructor(table: RowTable) {
    this.table = table;
    this.prefix = Buffer.from(table.rowPrefix);
  }

  /** Writes a chunk when the buffer is full, and before the cells of the lines change. */
  async add(rows: EncodedRows): Promise<void> {
    const { cells } = rows;
    if (cells.length !== this.cells.length || cells.some((cell, at) => cell !== this.cells[at]))
      await this.flush();
    this.cells = cells;
    this.groups.push(rows);
    this.bytes += rows.lines.length;
    if (this.table.isHot) this.addTimes(rows);
    if (this.bytes >= chunkBytes) await this.flush();
  }

  /** Times of the first and the last fact that were added. Records have none. */
  get times(): readonly [first: string | null, last: string | null] {
    return [this.first, this.last];
  }

  async flush(): Promise<void> {
    if (this.groups.length === 0) return;
    const chunk = this.linesOfTable();
    const columns = this.cells.map((cell) => this.table.columns[cell] ?? '');
    this.clear();
    await this.table.write(chunk, columns);
  }

  clear(): void {
    this.groups = [];
    this.bytes = 0;
    this.cells = [];
  }

  /**
   * All times are written by `Date.toISOString`, so that their texts have the order of the times.
   */
  private addTimes({ least, greatest }: EncodedRows): void {
    if (least !== null && (this.first === null || least < this.first)) this.first = least;
    if (greatest !== null && (this.last === null || greatest > this.last)) this.last = greatest;
  }

  /** Copies the lines, each with the prefix of the table. */
  private linesOfTable(): Buffer {
    const { groups, prefix } = this;
    const rows = groups.reduce((sum, { count }) => sum + count, 0);
    const chunk = Buffer.allocUnsafe(this.bytes + rows * prefix.length);
    let at = 0;
    for (const { lines } of groups) {
      for (let start = 0; start < lines.length;) {
        const end = lines.indexOf(lineFeed, start) + 1;
        at += prefix.copy(chunk, at);
        at += lines.copy(chunk, at, start, end);
        start = end;
      }
    }
    return chunk;
  }
}
