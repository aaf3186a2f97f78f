import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import {
  openResult,
  type ByteRange,
  type ObjectStore,
  type OpenResult,
  type QueryRecord,
} from '@hourglass/reports';
import { contentRange, wantedRanges } from '../http/byte-ranges.ts';
import { multipartRanges } from '../http/multipart-ranges.ts';
import type { ResponseShape } from '../http/route.ts';

const contentType = 'application/zip';

export const archiveResponses: Readonly<Record<number, ResponseShape>> = {
  200: { description: 'The archive: a ZIP of gzip parts.', mediaTypes: [contentType] },
  206: { description: 'The asked ranges of it.', mediaTypes: [contentType, 'multipart/byteranges'] },
  304: { description: 'The client has it already, by If-None-Match.' },
};

/** Answers with a query's archive, whole or the asked ranges, straight from the object store. */
export async function sendResult(
  request: Request,
  response: Response,
  record: QueryRecord,
  ports: { objects: ObjectStore; nowMs: () => number },
): Promise<void> {
  const result = await openResult(record, ports);
  const { bytes, etag } = result.object;
  const quotedEtag = `"${etag}"`;
  const validators = { 'Cache-Control': 'private, no-transform', ETag: quotedEtag };
  if (matches(request.headers['if-none-match'], quotedEtag)) {
    response.status(304).set(validators).end();
    return;
  }
  const ranges = wantedRanges(request, bytes, quotedEtag);
  // Not set before it is known that no error is sent, which must not look like an archive.
  const headers = {
    ...validators,
    'Content-Type': contentType,
    'Content-Disposition': `attachment; filename="OfflineQueryResult-${record.id}.zip"`,
    'Accept-Ranges': 'bytes',
  };
  if (request.method === 'HEAD') response.set({ ...headers, 'Content-Length': String(bytes) }).end();
  else await send(response, result, ranges, headers);
}

/** The first read comes before the headers: a store that is away is then still a 503. */
async function send(
  response: Response,
  result: OpenResult,
  ranges: readonly ByteRange[],
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const { bytes } = result.object;
  const [first] = ranges;
  const stream = await result.read(first);
  response.set(headers);
  if (first === undefined) {
    response.set('Content-Length', String(bytes));
    return pipeline(stream, response);
  }
  response.status(206);
  if (ranges.length === 1) {
    response.set({
      'Content-Length': String(first.endExclusive - first.start),
      'Content-Range': contentRange(first, bytes),
    });
    return pipeline(stream, response);
  }
  const parts = multipartRanges(ranges, { bytes, contentType });
  response.set({ 'Content-Type': parts.contentType, 'Content-Length': String(parts.contentLength) });
  const body = parts.body(async (range) => (range === first ? stream : result.read(range)));
  return pipeline(Readable.from(body, { objectMode: false }), response);
}

function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((candidate) => ['*', etag, `W/${etag}`].includes(candidate.trim()));
}
