import { IncompleteAnswer } from './cluster-error.ts';

/** Decodes rows of one String column in the format RowBinary, whose bytes arrive in pieces. */
export interface LineReader {
  /** Returns the rows that end in this piece, each followed by a line end. */
  read(piece: Buffer): Buffer;
  /**
   * Returns the number of rows.
   * @throws IncompleteAnswer if the last row is not whole
   */
  end(): number;
}

const lineEnd = 0x0a;
/** Bytes of a length: seven bits each, as in a varint of 2^53. */
const maxLengthBytes = 8;

/** A row is its length as a varint, then its bytes. So a row may contain any byte, line ends too. */
export function createLineReader(): LineReader {
  let rest: Buffer = Buffer.alloc(0);
  let rows = 0;
  return {
    read(piece) {
      const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
      // A length has at least one byte, for which the line has its end.
      const lines = Buffer.allocUnsafe(bytes.length);
      let [position, written] = [0, 0];
      for (;;) {
        const length = readLength(bytes, position);
        if (length === null || length.end + length.value > bytes.length) break;
        bytes.copy(lines, written, length.end, length.end + length.value);
        written += length.value;
        lines[written] = lineEnd;
        written += 1;
        position = length.end + length.value;
        rows += 1;
      }
      // A copy, so that the piece is released.
      rest = Buffer.from(bytes.subarray(position));
      return lines.subarray(0, written);
    },
    end() {
      if (rest.length > 0) throw new IncompleteAnswer(`the answer ends within row ${rows + 1}`);
      return rows;
    },
  };
}

/** Null if the varint at the position is not whole. */
function readLength(bytes: Buffer, start: number): { readonly value: number; readonly end: number } | null {
  let value = 0;
  for (let index = 0; index < maxLengthBytes; index += 1) {
    const byte = bytes[start + index];
    if (byte === undefined) return null;
    // Beyond 32 bits a shift would lose them.
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, end: start + index + 1 };
  }
  throw new Error(`the length of row at byte ${start} has more than ${maxLengthBytes} bytes`);
}
