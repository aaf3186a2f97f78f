import express, { type Request, type Response } from 'express';
import { ReportError } from '@hourglass/reports';

/**
 * Parses a body of at most `limitBytes` into `request.body`. One without a content type counts as JSON.
 * @throws ReportError `request.media_type` for another content type: `curl -d` announces a form, and a form read
 * as JSON today could not be read as a form tomorrow.
 */
export function parseJsonBody(limitBytes: number): (request: Request, response: Response) => Promise<void> {
  const parser = express.json({ limit: limitBytes, type: () => true, strict: false });
  return async (request, response) => {
    refuseOtherTypes(request);
    await new Promise<void>((resolve, reject) => {
      parser(request, response, (error?: unknown) => {
        if (error === undefined) resolve();
        else
          reject(error instanceof Error ? error : new Error('the body cannot be parsed', { cause: error }));
      });
    });
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
