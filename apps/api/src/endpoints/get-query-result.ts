import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import {
  openResult,
  type ByteRange,
  type ObjectStore,
  type OpenResult,
  type QueryStore,
} from '@hourglass/reports';
import { contentRange, wantedRanges } from '../http/byte-ranges.ts';
import { multipartRanges } from '../http/multipart-ranges.ts';
import type { GuardedRoute } from '../http/route.ts';
import { findQuery } from './find-query.ts';

const contentType = 'application/zip';

/** `GET …/queries/{id}/result`: the archive, whole or the asked ranges, straight from the object store. */
export function getQueryResultRoute(ports: {
  queries: QueryStore;
  objects: ObjectStore;
  nowMs: () => number;
}): GuardedRoute {
  return {
    method: 'get',
    path: '/v1/organizations/:organization/environments/:environment/queries/:id/result',
    scope: 'queries',
    parameters: [],
    jsonBodyBytes: null,
    async handle(request, response, { principal }) {
      const record = await findQuery(request, principal, ports.queries);
      const result = await openResult(record, ports);
      const { bytes, etag } = result.object;
      const quotedEtag = `"${etag}"`;
      response.set({
        'Content-Type': contentType,
        'Content-Disposition': `attachment; filename="OfflineQueryResult-${record.id}.zip"`,
        'Accept-Ranges': 'bytes',
        'Cache-Control': 'private, no-transform',
        ETag: quotedEtag,
      });
      if (matches(request.headers['if-none-match'], quotedEtag)) {
        response.status(304).end();
        return;
      }
      const ranges = wantedRanges(request, bytes, quotedEtag);
      if (request.method === 'HEAD') response.set('Content-Length', String(bytes)).end();
      else await send(response, result, ranges);
    },
  };
}

/** The first read comes before the headers: a store that is away is then still a 503. */
async function send(response: Response, result: OpenResult, ranges: readonly ByteRange[]): Promise<void> {
  const { bytes } = result.object;
  const [first] = ranges;
  const stream = await result.read(first);
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
