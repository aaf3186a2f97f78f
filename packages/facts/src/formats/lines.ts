import { skipByteOrderMark } from './byte-order-mark.ts';
import { concatBytes, decodeUtf8 } from './bytes.ts';

/** A line without its end, numbered from 1. */
export type Line =
  /** `isUnended`: the last line, which had no end. It may be half of a line. */
  | { readonly line: number; readonly text: string; readonly isUnended?: true }
  | { readonly line: number; readonly fault: string };

/** A longer line is certainly not a fact, and would only fill the memory. */
export const maxLineBytes = 1024 * 1024;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const blank = /^[ \t]*$/;

/**
 * Splits bytes into lines that end in `\n` or `\r\n`; the last line needs no end. Yields the lines
 * that a chunk completed as one array, because a step of an async iterator costs more than parsing
 * a short line. Blank lines count but are not yielded. A line that is too long or not UTF-8 is
 * yielded as a fault, and reading continues. Holds at most one chunk and one line of
 * `maxLineBytes`.
 */
export async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<readonly Line[]> {
  const splitter = new LineSplitter();
  for await (const chunk of skipByteOrderMark(chunks)) {
    const lines = splitter.push(chunk);
    if (lines.length > 0) yield lines;
  }
  const last = splitter.end();
  if (last.length > 0) yield last;
}

class LineSplitter {
  /** Number of the line in progress. */
  private line = 1;
  /**
   * Bytes of that line from earlier chunks. They are copies, so that they do not keep whole chunks
   * alive.
   */
  private pending: Uint8Array[] = [];
  private pendingBytes = 0;
  /** Whether the line in progress was reported as too long. Its rest is dropped. */
  private skipping = false;

  push(chunk: Uint8Array): readonly Line[] {
    const lines: Line[] = [];
    const lastEnd = chunk.lastIndexOf(lineFeed);
    let start = 0;
    if (lastEnd >= 0) {
      const firstEnd = chunk.indexOf(lineFeed);
      this.finishPending(chunk.subarray(0, firstEnd), lines);
      start = firstEnd + 1;
      if (start <= lastEnd) this.splitWhole(chunk.subarray(start, lastEnd), lines);
      start = lastEnd + 1;
    }
    this.keepPending(chunk.subarray(start), lines);
    return lines;
  }

  end(): readonly Line[] {
    const lines: Line[] = [];
    if (this.pendingBytes > 0) this.finishPending(new Uint8Array(), lines);
    return lines.map((line) => ('text' in line ? { ...line, isUnended: true } : line));
  }

  private finishPending(rest: Uint8Array, lines: Line[]): void {
    if (!this.skipping) {
      this.add(this.pendingBytes === 0 ? rest : concatBytes([...this.pending, rest]), lines);
    }
    this.pending = [];
    this.pendingBytes = 0;
    this.skipping = false;
    this.line += 1;
  }

  /**
   * Splits whole lines, without the end of the last one. Usually all are checked and decoded at
   * once.
   */
  private splitWhole(bytes: Uint8Array, lines: Line[]): void {
    const whole = bytes.length <= maxLineBytes ? decodeUtf8(bytes) : null;
    if (whole !== null) {
      for (const text of whole.split('\n')) {
        const ended = text.endsWith('\r') ? text.slice(0, -1) : text;
        if (!blank.test(ended)) lines.push({ line: this.line, text: ended });
        this.line += 1;
      }
      return;
    }
    let start = 0;
    while (start <= bytes.length) {
      const end = bytes.indexOf(lineFeed, start);
      const endExclusive = end < 0 ? bytes.length : end;
      this.add(bytes.subarray(start, endExclusive), lines);
      this.line += 1;
      start = endExclusive + 1;
    }
  }

  private keepPending(rest: Uint8Array, lines: Line[]): void {
    if (rest.length === 0 || this.skipping) return;
    // One byte beyond the limit may be the `\r` of the line's end.
    if (this.pendingBytes + rest.length > maxLineBytes + 1) {
      lines.push(tooLong(this.line));
      this.skipping = true;
      this.pending = [];
      this.pendingBytes = 0;
      return;
    }
    this.pending.push(new Uint8Array(rest));
    this.pendingBytes += rest.length;
    // A client that sends single bytes would otherwise cause a buffer object for each.
    if (this.pending.length >= 1024) this.pending = [concatBytes(this.pending)];
  }

  private add(bytes: Uint8Array, lines: Line[]): void {
    const text = bytes.at(-1) === carriageReturn ? bytes.subarray(0, -1) : bytes;
    if (text.length > maxLineBytes) {
      lines.push(tooLong(this.line));
      return;
    }
    const decoded = decodeUtf8(text);
    if (decoded === null) lines.push({ line: this.line, fault: 'the line is not valid UTF-8' });
    else if (!blank.test(decoded)) lines.push({ line: this.line, text: decoded });
  }
}

function tooLong(line: number): Line {
  return { line, fault: `the line is too long; expected at most ${maxLineBytes} bytes` };
}
