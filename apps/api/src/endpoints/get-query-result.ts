import { pipeline } from 'node:stream/promises';
import parseRange from 'range-parser';
import type { Request } from 'express';
import {
  ReportError,
  openResult,
  type ByteRange,
  type ObjectStore,
  type QueryStore,
} from '@hourglass/reports';
import type { GuardedRoute } from '../http/route.ts';
import { findQuery } from './find-query.ts';

/** `GET …/queries/{id}/result`: the archive, whole or the asked range, straight from the object store. */
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
        'Content-Type': 'application/zip',
        'Content-Disposition': `attachment; filename="OfflineQueryResult-${record.id}.zip"`,
        'Accept-Ranges': 'bytes',
        'Cache-Control': 'private, no-transform',
        ETag: quotedEtag,
      });
      if (matches(request.headers['if-none-match'], quotedEtag)) {
        response.status(304).end();
        return;
      }
      const range = wantedRange(request, bytes, quotedEtag);
      response.set('Content-Length', String(range === null ? bytes : range.endExclusive - range.start));
      if (range !== null) {
        response.status(206).set('Content-Range', `bytes ${range.start}-${range.endExclusive - 1}/${bytes}`);
      }
      if (request.method === 'HEAD') {
        response.end();
        return;
      }
      await pipeline(await result.read(range ?? undefined), response);
    },
  };
}

/**
 * Null: send all of it, as RFC 9110 asks for when the header is malformed, names several ranges, or
 * `If-Range` names other bytes.
 * @throws ReportError `result.range` when the range lies outside.
 */
function wantedRange(request: Request, bytes: number, etag: string): ByteRange | null {
  const header = request.headers.range;
  const ifRange = request.headers['if-range'];
  if (header === undefined || (ifRange !== undefined && ifRange !== etag)) return null;
  const ranges = parseRange(bytes, header, { combine: true });
  if (ranges === -1) {
    request.res?.set('Content-Range', `bytes */${bytes}`);
    throw new ReportError('result.range', { found: header, bytes });
  }
  if (ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1) return null;
  const [range] = ranges;
  return range === undefined ? null : { start: range.start, endExclusive: range.end + 1 };
}

function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((candidate) => ['*', etag, `W/${etag}`].includes(candidate.trim()));
}
