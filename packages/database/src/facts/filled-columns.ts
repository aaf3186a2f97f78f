import { nullCell, type EncodedRow } from '@hourglass/facts';

/**
 * The columns in which the rows of a batch have a value. Most facts fill about twelve of eighty
 * columns; leaving the others out saves two fifths of the time to format the text for `COPY`.
 */
export class FilledColumns {
  private readonly names: readonly string[];
  private readonly isFilled: boolean[];
  private filled: readonly number[] = [];

  /** `names` are the column names of a row's cells. */
  constructor(names: readonly string[]) {
    this.names = names;
    this.isFilled = names.map(() => false);
  }

  /** The names of the columns passed to `add`, in cell order. */
  get filledNames(): readonly string[] {
    return this.filled.map((cell) => this.names[cell] ?? '');
  }

  /** Returns the cells that `rows` fill and no earlier row did. */
  missingFor(rows: readonly EncodedRow[]): readonly number[] {
    const missing = this.isFilled.map(() => false);
    // Plain loops, because this visits every cell of every fact.
    for (const { cells } of rows) {
      for (let cell = 0; cell < missing.length; cell += 1) {
        if (cells[cell] !== nullCell) missing[cell] = true;
      }
    }
    return [...this.names.keys()].filter((cell) => missing[cell] === true && this.isFilled[cell] !== true);
  }

  add(cells: readonly number[]): void {
    for (const cell of cells) this.isFilled[cell] = true;
    this.filled = [...this.names.keys()].filter((cell) => this.isFilled[cell] === true);
  }

  /** Formats one `COPY` line per row: `prefix` and the filled columns. */
  linesOf(prefix: string, rows: readonly EncodedRow[]): string {
    const { filled } = this;
    let text = '';
    for (const { cells } of rows) {
      text += prefix;
      for (let at = 0; at < filled.length; at += 1) {
        const cell = cells[filled[at] ?? 0] ?? nullCell;
        text += at === 0 ? cell : `\t${cell}`;
      }
      text += '\n';
    }
    return text;
  }
}
