import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import {
  openResult,
  type AuditDetails,
  type AuditLog,
  type AuditOf,
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
  readonly audit: Pick<AuditLog, 'record'>;
  readonly nowMs: () => number;
}

const contentType = 'application/zip';

/** The responses of `sendArchive`. */
export const archiveResponses: Readonly<Record<number, ResponseShape>> = {
  200: {
    description: 'The archive: a ZIP of gzip parts, Parquet files or one workbook.',
    mediaTypes: [contentType],
  },
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
    async handle({ request, response, audit }) {
      const record = await collection.find(request, response);
      const { environment } = record.plan.tenant;
      const describe = (details: AuditDetails) =>
        audit('result.download', { environment, object: record.id, details });
      await sendArchive(request, response, { record, ...ports, describe });
    },
  });
}

export interface SentArchive extends ResultPorts {
  readonly record: QueryRecord;
  readonly describe: AuditOf<AuditDetails>;
}

/**
 * Streams a query's archive from the object store, whole or in the requested ranges. The event of
 * the download is committed before the first byte is sent.
 */
export async function sendArchive(
  request: Request,
  response: Response,
  { record, audit, describe, ...ports }: SentArchive,
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
  else {
    const beforeBytes = () => audit.record(describe({ bytes: sizeOf(ranges, bytes), ranges: ranges.length }));
    await send(response, { result, ranges, headers, beforeBytes });
  }
}

/** Without a range it is the whole archive. */
function sizeOf(ranges: readonly ByteRange[], archiveBytes: number): number {
  if (ranges.length === 0) return archiveBytes;
  return ranges.reduce((sum, { start, endExclusive }) => sum + endExclusive - start, 0);
}

interface SentBytes {
  readonly result: OpenResult;
  /** None: the whole archive. */
  readonly ranges: readonly ByteRange[];
  readonly headers: Readonly<Record<string, string>>;
  readonly beforeBytes: () => Promise<void>;
}

/**
 * Opens the first read and writes the event before it sets headers, so that an unreachable store or
 * database still gives a 503.
 */
async function send(response: Response, { result, ranges, headers, beforeBytes }: SentBytes): Promise<void> {
  const { bytes } = result.object;
  const [first] = ranges;
  const stream = await result.read(first);
  await beforeBytes().catch((error: unknown) => {
    if (stream instanceof Readable) stream.destroy();
    throw error;
  });
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
