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
import { contentRange, requestedRanges } from '../../http/byte-ranges.ts';
import { holdsIfMatch, matchesIfNoneMatch, preconditionFailed } from '../../http/preconditions.ts';
import { multipartRanges } from '../../http/multipart-ranges.ts';
import { guardedRoute, type GuardedRoute, type ResponseShape } from '../../http/route.ts';
import { queryNotFound, type QueryCollection } from './query-collections.ts';

export interface ResultPorts {
  readonly objects: ObjectStore;
  readonly nowMs: () => number;
}

const contentType = 'application/zip';

/** The responses of `sendArchive`. */
export const archiveResponses: Readonly<Record<number, ResponseShape>> = {
  200: { description: 'The archive: a ZIP of gzip parts.', mediaTypes: [contentType] },
  206: { description: 'The requested ranges.', mediaTypes: [contentType, 'multipart/byteranges'] },
  304: { description: 'Not modified: If-None-Match names the current ETag.' },
};

/** `GET …/queries/{id}/result`: the archive, whole or in ranges. */
export function getResultRoute(collection: QueryCollection, ports: ResultPorts): GuardedRoute {
  return guardedRoute({
    ...collection.rateLimits,
    method: 'get',
    path: `${collection.path}/:id/result`,
    scope: 'read',
    missing: queryNotFound,
    operation: {
      id: `get${collection.noun}Result`,
      tag: collection.tag,
      summary: 'Download the archive of a completed query',
    },
    responses: archiveResponses,
    async handle({ request, response }) {
      await sendArchive(request, response, await collection.find(request, response), ports);
    },
  });
}

/** Streams a query's archive from the object store, whole or in the requested ranges. */
export async function sendArchive(
  request: Request,
  response: Response,
  record: QueryRecord,
  ports: ResultPorts,
): Promise<void> {
  const result = await openResult(record, ports);
  const { bytes, etag } = result.object;
  const quotedEtag = `"${etag}"`;
  const validators = { 'Cache-Control': 'private, no-transform', ETag: quotedEtag };
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = request.headers;
  if (!holdsIfMatch(ifMatch, quotedEtag))
    throw preconditionFailed('If-Match', ifMatch, `the ETag ${quotedEtag}`);
  if (matchesIfNoneMatch(ifNoneMatch, quotedEtag)) {
    response.status(304).set(validators).end();
    return;
  }
  const ranges = requestedRanges(request, bytes, quotedEtag);
  // Set only after the last check that may fail: an error must not look like an archive.
  const headers = {
    ...validators,
    'Content-Type': contentType,
    'Content-Disposition': `attachment; filename="OfflineQueryResult-${record.id}.zip"`,
    'Accept-Ranges': 'bytes',
  };
  if (request.method === 'HEAD') response.set({ ...headers, 'Content-Length': String(bytes) }).end();
  else await send(response, result, ranges, headers);
}

/** Opens the first read before it sets headers, so that an unreachable store still gives a 503. */
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
