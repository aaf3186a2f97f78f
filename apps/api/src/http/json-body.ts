import express, { type Request, type Response } from 'express';
import { ReportError, invalidRequest } from '@hourglass/reports';
import { checkBody, inexactNumberFaults, repeatedNameFaults } from './body-faults.ts';
import { sendContinue } from './expect-continue.ts';
import { assertJsonBounds } from './json-bounds.ts';
import type { JsonBody } from './route.ts';

type BodyReader = (request: Request, response: Response) => Promise<unknown>;

/** A compressed body is hardly larger than its content, unless it consists of empty blocks. */
const maxCompressedRatio = 2;

/**
 * Returns a function that reads a JSON body of at most `maxBytes`, inflated, and validates it. A
 * body without a content type is read as JSON.
 * @throws ReportError `request.invalid` with every fault, `request.malformed`, `request.too_large`,
 * `request.timeout` if the body takes longer than `timeoutMs`, `request.media_type` for another
 * content type. `curl -d` announces a form, which is refused so that forms can be supported later.
 */
export function jsonBodyReader({ schema, maxBytes }: JsonBody, timeoutMs: number): BodyReader {
  const bodies = new WeakMap<object, Buffer>();
  const parse = express.json({
    limit: maxBytes,
    type: () => true,
    strict: false,
    verify(request, _response, bytes) {
      assertJsonBounds(bytes);
      bodies.set(request, bytes);
    },
  });
  return async (request, response) => {
    refuseOtherMediaTypes(request);
    sendContinue(request, response);
    await new Promise<void>((resolve, reject) => {
      const refuse = (error: ReportError) => {
        // Discards the rest of the body, so that a client that is still sending reads the response.
        request.resume();
        response.set('Connection', 'close');
        reject(error);
      };
      const timer = setTimeout(() => {
        refuse(new ReportError('request.timeout', { seconds: timeoutMs / 1000 }));
      }, timeoutMs);
      const stopCounting = whenLarger(request, maxCompressedRatio * maxBytes, () => {
        clearTimeout(timer);
        refuse(new ReportError('request.too_large', { limit: `${maxBytes} bytes` }));
      });
      parse(request, response, (error?: unknown) => {
        clearTimeout(timer);
        stopCounting();
        if (error === undefined) resolve();
        else reject(error instanceof Error ? error : new Error('cannot parse the body', { cause: error }));
      });
    });
    const checked = checkBody(schema, request.body);
    const json = bodies.get(request)?.toString('utf8') ?? '';
    const faults = repeatedNameFaults(json);
    if (!checked.ok) faults.push(...checked.faults);
    faults.push(...inexactNumberFaults(json));
    if (!checked.ok || faults.length > 0) throw invalidRequest(faults);
    return checked.body;
  };
}

/** Calls `act` once when more than `maxBytes` have arrived. Returns the function that stops counting. */
function whenLarger(request: Request, maxBytes: number, act: () => void): () => void {
  let bytes = 0;
  const count = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= maxBytes) return;
    request.off('data', count);
    act();
  };
  request.on('data', count);
  return () => void request.off('data', count);
}

function refuseOtherMediaTypes({ headers }: Request): void {
  const contentType = headers['content-type'] ?? '';
  const [mediaType = '', ...parameters] = contentType.split(';');
  const isJson = mediaType.trim() === '' || /^application\/([\w!#$&^.+-]+\+)?json$/i.test(mediaType.trim());
  const charset = parameters.find((parameter) => /^\s*charset\s*=/i.test(parameter));
  const isText = charset === undefined || /^\s*charset\s*=\s*"?(utf-?8|us-ascii)"?\s*$/i.test(charset);
  if (isJson && isText) return;
  throw new ReportError('request.media_type', {
    found: `Content-Type ${contentType.slice(0, 100)}`,
    expected: 'JSON in UTF-8: send Content-Type: application/json',
  });
}
