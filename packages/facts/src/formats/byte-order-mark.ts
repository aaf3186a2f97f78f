import { concatBytes } from './bytes.ts';

const byteOrderMark = [0xef, 0xbb, 0xbf];

/**
 * Passes the bytes on without the UTF-8 byte order mark that some editors and spreadsheets write.
 */
export async function* skipByteOrderMark(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let start: Uint8Array | null = new Uint8Array();
  for await (const chunk of chunks) {
    if (start === null) {
      yield chunk;
      continue;
    }
    start = start.length === 0 ? chunk : concatBytes([start, chunk]);
    if (start.length < byteOrderMark.length) continue;
    const isMarked = byteOrderMark.every((byte, index) => start?.[index] === byte);
    yield isMarked ? start.subarray(byteOrderMark.length) : start;
    start = null;
  }
  if (start !== null && start.length > 0) yield start;
}
