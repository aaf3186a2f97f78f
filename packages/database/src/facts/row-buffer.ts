import type { EncodedRows } from '@hourglass/facts';
import { haveSameCells, linesWithPrefix, withTimesOf, type FactTimes } from './copied-rows.ts';
import type { RowTable } from './row-table.ts';

/** Large enough to amortize a COPY statement, small enough to hold one per open batch. */
const chunkBytes = 4 * 1024 * 1024;

/** Buffers COPY lines and writes them to `table` in chunks. */
export class RowBuffer {
  private readonly table: RowTable;
  private groups: EncodedRows[] = [];
  private bytes = 0;
  /** The cells of the groups. */
  private cells: readonly number[] = [];
  private timesOfRows: FactTimes = [null, null];

  constructor(table: RowTable) {
    this.table = table;
  }

  /** Writes a chunk when the buffer is full, and before the cells of the lines change. */
  async add(rows: EncodedRows): Promise<void> {
    if (!haveSameCells(rows.cells, this.cells)) await this.flush();
    this.cells = rows.cells;
    this.groups.push(rows);
    this.bytes += rows.lines.length;
    if (this.table.isHot) this.timesOfRows = withTimesOf(this.timesOfRows, rows);
    if (this.bytes >= chunkBytes) await this.flush();
  }

  /** Times of the first and the last fact that were added. Records have none. */
  get times(): FactTimes {
    return this.timesOfRows;
  }

  async flush(): Promise<void> {
    if (this.groups.length === 0) return;
    const chunk = linesWithPrefix(this.groups, this.table.rowPrefix);
    const columns = this.cells.map((cell) => this.table.columns[cell] ?? '');
    this.clear();
    await this.table.write(chunk, columns);
  }

  clear(): void {
    this.groups = [];
    this.bytes = 0;
    this.cells = [];
  }
}
