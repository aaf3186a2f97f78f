import type { Request } from 'express';
import { ReportError } from '@hourglass/reports';
import { sendContinue } from './expect-continue.ts';

const maxBytes = 65_536;
const timeoutMs = 30_000;

export interface SmallBody {
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/**
 * Reads the optional body of a request, such as a `GET`; null if it has none.
 * @throws ReportError `request.too_large`, `request.timeout`, `request.broken`
 */
export async function readSmallBody(request: Request): Promise<SmallBody | null> {
  const { headers } = request;
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  if (!hasBody) return null;
  if (request.res !== undefined) sendContinue(request, request.res);
  const bytes = await collect(request);
  return bytes.length === 0 ? null : { contentType: headers['content-type'] ?? '', bytes };
}

function collect(request: Request): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const timer = setTimeout(() => {
      reject(new ReportError('request.timeout', { seconds: timeoutMs / 1000 }));
    }, timeoutMs);
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      // The rest is read and discarded, so that a client that is still sending reads the response.
      if (length <= maxBytes) chunks.push(chunk);
      else reject(new ReportError('request.too_large', { limit: `${maxBytes} bytes` }));
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', (error) => reject(new ReportError('request.broken', { reason: error.message })));
    request.once('close', () => clearTimeout(timer));
  });
}
