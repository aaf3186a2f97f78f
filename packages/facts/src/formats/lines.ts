import { skipByteOrderMark } from './byte-order-mark.ts';
import { concatBytes, decodeUtf8 } from './bytes.ts';

/** A line without its end, numbered from 1. */
export type Line =
  /** `isUnended`: the last line, which had no end. It may be half of a line. */
  | { readonly line: number; readonly text: string; readonly isUnended?: true }
  | { readonly line: number; readonly fault: string };

/** Whole lines as they arrived. */
export type LineBlock =
  /** Without the end of the last line. `isUnended`: that line had none. */
  | { readonly bytes: Uint8Array; readonly isUnended?: true }
  /** One line that is too long, and was dropped. */
  | { readonly bytes: null };

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
  let linesBefore = 0;
  for await (const blocks of splitBlocks(chunks)) {
    const lines: Line[] = [];
    for (const block of blocks) linesBefore += decodeBlock(block, linesBefore + 1, lines);
    if (lines.length > 0) yield lines;
  }
}

/** Like `splitLines`, but leaves it to the reader to divide, decode and number the lines. */
export async function* splitBlocks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<readonly LineBlock[]> {
  const splitter = new BlockSplitter();
  for await (const chunk of skipByteOrderMark(chunks)) {
    const blocks = splitter.push(chunk);
    if (blocks.length > 0) yield blocks;
  }
  const last = splitter.end();
  if (last !== null) yield [last];
}

/** Decodes a line without its `\n`. Returns null if it is blank. */
export function decodeLine(bytes: Uint8Array, line: number): Line | null {
  const text = bytes.at(-1) === carriageReturn ? bytes.subarray(0, -1) : bytes;
  if (text.length > maxLineBytes) return tooLong(line);
  const decoded = decodeUtf8(text);
  if (decoded === null) return { line, fault: 'the line is not valid UTF-8' };
  return blank.test(decoded) ? null : { line, text: decoded };
}

export function tooLong(line: number): Line {
  return { line, fault: `the line is too long; expected at most ${maxLineBytes} bytes` };
}

/** Appends the lines of the block, of which the first has the number `first`. Returns their number. */
function decodeBlock(block: LineBlock, first: number, lines: Line[]): number {
  if (block.bytes === null) {
    lines.push(tooLong(first));
    return 1;
  }
  const { bytes, isUnended } = block;
  // Usually all lines are checked and decoded at once.
  const whole = bytes.length <= maxLineBytes ? decodeUtf8(bytes) : null;
  let line = first;
  if (whole !== null) {
    for (const text of whole.split('\n')) {
      const ended = text.endsWith('\r') ? text.slice(0, -1) : text;
      if (!blank.test(ended)) lines.push({ line, text: ended, ...(isUnended && { isUnended }) });
      line += 1;
    }
    return line - first;
  }
  for (let start = 0; start <= bytes.length; line += 1) {
    const end = endOfLine(bytes, start);
    const decoded = decodeLine(bytes.subarray(start, end), line);
    if (decoded !== null) lines.push(decoded);
    start = end + 1;
  }
  return line - first;
}

/** Returns the position of the line's end. */
export function endOfLine(bytes: Uint8Array, start: number): number {
  const end = bytes.indexOf(lineFeed, start);
  return end < 0 ? bytes.length : end;
}

class BlockSplitter {
  /**
   * Bytes of the line in progress from earlier chunks. They are copies, so that they do not keep
   * whole chunks alive.
   */
  private pending: Uint8Array[] = [];
  private pendingBytes = 0;
  /** Whether the line in progress was reported as too long. Its rest is dropped. */
  private skipping = false;

  push(chunk: Uint8Array): readonly LineBlock[] {
    const blocks: LineBlock[] = [];
    const lastEnd = chunk.lastIndexOf(lineFeed);
    let start = 0;
    if (lastEnd >= 0) {
      const firstEnd = chunk.indexOf(lineFeed);
      this.finishPending(chunk.subarray(0, firstEnd), blocks);
      start = firstEnd + 1;
      if (start <= lastEnd) blocks.push({ bytes: chunk.subarray(start, lastEnd) });
      start = lastEnd + 1;
    }
    this.keepPending(chunk.subarray(start), blocks);
    return blocks;
  }

  end(): LineBlock | null {
    return this.pendingBytes > 0 ? { bytes: concatBytes(this.pending), isUnended: true } : null;
  }

  private finishPending(rest: Uint8Array, blocks: LineBlock[]): void {
    if (!this.skipping) {
      blocks.push({ bytes: this.pendingBytes === 0 ? rest : concatBytes([...this.pending, rest]) });
    }
    this.pending = [];
    this.pendingBytes = 0;
    this.skipping = false;
  }

  private keepPending(rest: Uint8Array, blocks: LineBlock[]): void {
    if (rest.length === 0 || this.skipping) return;
    // One byte beyond the limit may be the `\r` of the line's end.
    if (this.pendingBytes + rest.length > maxLineBytes + 1) {
      blocks.push({ bytes: null });
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
}
