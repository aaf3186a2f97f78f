import express, { type Request, type Response } from 'express';
import { ReportError, invalidRequest } from '@hourglass/reports';
import { bodyFaults } from './body-faults.ts';
import type { JsonBody } from './route.ts';

/**
 * Reads a body of at most `maxBytes` and holds it against its schema. One without a content type counts as JSON.
 * @throws ReportError `request.invalid` with every fault, `request.malformed`, `request.too_large`, and
 * `request.media_type` for another content type: `curl -d` announces a form, and a form read as JSON today could
 * not be read as a form tomorrow.
 */
export function jsonBodyReader({
  schema,
  maxBytes,
}: JsonBody): (request: Request, response: Response) => Promise<unknown> {
  const parser = express.json({ limit: maxBytes, type: () => true, strict: false });
  return async (request, response) => {
    refuseOtherTypes(request);
    await new Promise<void>((resolve, reject) => {
      parser(request, response, (error?: unknown) => {
        if (error === undefined) resolve();
        else
          reject(error instanceof Error ? error : new Error('the body cannot be parsed', { cause: error }));
      });
    });
    const read = schema.safeParse(request.body);
    if (!read.success) throw invalidRequest(bodyFaults(read.error, request.body));
    return read.data;
  };
}

function refuseOtherTypes({ headers }: Request): void {
  const contentType = headers['content-type'] ?? '';
  const [mediaType = ''] = contentType.split(';', 1);
  if (mediaType.trim() === '' || /^application\/([\w!#$&^.+-]+\+)?json$/i.test(mediaType.trim())) return;
  throw new ReportError('request.media_type', {
    found: `Content-Type ${contentType.slice(0, 100)}`,
    expected: 'JSON: send Content-Type: application/json',
  });
}
