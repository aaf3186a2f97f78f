import { randomUUID } from 'node:crypto';
import type { ByteRange } from '@hourglass/reports';
import { contentRange } from './byte-ranges.ts';

export interface MultipartRanges {
  readonly contentType: string;
  readonly contentLength: number;
  /** Reads each range once the previous one is sent. */
  body(read: (range: ByteRange) => Promise<NodeJS.ReadableStream>): AsyncGenerator<Buffer | string>;
}

/** Formats several ranges of one object as `multipart/byteranges` (RFC 9110, 14.6). */
export function multipartRanges(
  ranges: readonly ByteRange[],
  { bytes, contentType }: { bytes: number; contentType: string },
): MultipartRanges {
  const boundary = randomUUID();
  const head = (range: ByteRange) =>
    `\r\n--${boundary}\r\nContent-Type: ${contentType}\r\nContent-Range: ${contentRange(range, bytes)}\r\n\r\n`;
  const tail = `\r\n--${boundary}--\r\n`;
  const contentLength = ranges.reduce(
    (sum, range) => sum + head(range).length + range.endExclusive - range.start,
    tail.length,
  );
  return {
    contentType: `multipart/byteranges; boundary=${boundary}`,
    contentLength,
    async *body(read) {
      for (const range of ranges) {
        yield head(range);
        for await (const chunk of await read(range)) yield chunk;
      }
      yield tail;
    },
  };
}
