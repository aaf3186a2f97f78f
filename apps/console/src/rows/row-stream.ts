import type { ResultView } from '@hourglass/contract';

/** The members of a result view before its rows. */
export type ResultHead = Omit<ResultView, 'rows'>;

// Within a string the quotes have backslashes.
const rowsBegin = ',"rows":[';
/** The API writes each row on a line of its own, and a string of JSON has no line break. */
const separator = ',\n';

/** Divides the text of a result view between rows while it arrives, so that no more of it than a piece is in memory. */
export class RowSplitter {
  #rest = '';
  #head: ResultHead | null = null;

  /** Null until the rows begin. */
  get head(): ResultHead | null {
    return this.#head;
  }

  /** Returns the rows that end in this piece, as `rowTexts` divides them; empty if none does. */
  take(piece: string): string {
    this.#rest += piece;
    if (this.#head === null) {
      const at = this.#rest.indexOf(rowsBegin);
      if (at === -1) return '';
      this.#head = JSON.parse(`${this.#rest.slice(0, at)}}`) as ResultHead;
      this.#rest = this.#rest.slice(at + rowsBegin.length);
    }
    const end = this.#rest.lastIndexOf(separator);
    if (end === -1) return '';
    const rows = this.#rest.slice(0, end);
    this.#rest = this.#rest.slice(end + separator.length);
    return rows;
  }

  /** Returns the rows after the last piece. Null: a broken connection left the view incomplete. */
  end(): string | null {
    return this.#head !== null && this.#rest.endsWith(']}') ? this.#rest.slice(0, -2) : null;
  }
}

/** Returns the texts of rows: JSON objects, in the order of the columns. */
export function rowTexts(rows: string): readonly string[] {
  return rows === '' ? [] : rows.split(separator);
}
