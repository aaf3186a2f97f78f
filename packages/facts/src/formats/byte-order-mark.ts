const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Passes the bytes on without the UTF-8 byte order mark that some editors and spreadsheets write.
 */
export async function* skipByteOrderMark(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let start: Buffer | null = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (start === null) {
      yield chunk;
      continue;
    }
    start = start.length === 0 ? chunk : Buffer.concat([start, chunk]);
    if (start.length < byteOrderMark.length) continue;
    const marked = byteOrderMark.compare(start, 0, byteOrderMark.length) === 0;
    yield marked ? start.subarray(byteOrderMark.length) : start;
    start = null;
  }
  if (start !== null && start.length > 0) yield start;
}
