import type { ResultView } from '@hourglass/contract';

/** The members of a result view before its rows. */
export type ResultHead = Omit<ResultView, 'rows'>;

// Within a string the quotes have backslashes.
const rowsBegin = ',"rows":[';

/** Divides the text of a result view into rows while it arrives, so that no more of it than a piece is in memory. */
export class RowSplitter {
  #rest = '';
  #head: ResultHead | null = null;
  #hasEnded = false;

  /** Null until the rows begin. */
  get head(): ResultHead | null {
    return this.#head;
  }

  /** Whether the last row was read. A broken connection leaves it false. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Returns the texts of the rows that end in this piece: JSON objects, in the order of the columns. */
  take(piece: string): string[] {
    this.#rest += piece;
    if (this.#head === null) {
      const at = this.#rest.indexOf(rowsBegin);
      if (at === -1) return [];
      this.#head = JSON.parse(`${this.#rest.slice(0, at)}}`) as ResultHead;
      this.#rest = this.#rest.slice(at + rowsBegin.length);
    }
    return this.#rows();
  }

  #rows(): string[] {
    const rows: string[] = [];
    let from = 0;
    for (;;) {
      const start = this.#rest[from] === ',' ? from + 1 : from;
      if (this.#rest[start] === ']') {
        this.#hasEnded = this.#rest.slice(start).trimEnd() === ']}';
        break;
      }
      const end = endOfRow(this.#rest, start);
      if (end === -1) break;
      rows.push(this.#rest.slice(start, end));
      from = end;
    }
    this.#rest = this.#rest.slice(from);
    return rows;
  }
}

const mark = /["}]/g;

/** Rows are flat, so the first bracket outside of a text ends one. -1: more of the text is needed. */
function endOfRow(text: string, from: number): number {
  mark.lastIndex = from;
  for (;;) {
    const found = mark.exec(text);
    if (found === null) return -1;
    if (found[0] === '}') return found.index + 1;
    const end = endOfText(text, found.index + 1);
    if (end === -1) return -1;
    mark.lastIndex = end;
  }
}

function endOfText(text: string, from: number): number {
  for (let at = from; ;) {
    const quote = text.indexOf('"', at);
    if (quote === -1) return -1;
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return quote + 1;
    at = quote + 1;
  }
}
