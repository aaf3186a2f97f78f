import { createGunzip, type Gunzip } from 'node:zlib';
import type { Request } from 'express';
import { ReportError } from '@hourglass/reports';

/** The decoded bytes of an upload. */
export interface UploadBody {
  readonly chunks: AsyncIterable<Buffer>;
  /** Stops decoding. The rest of the request stays unread. */
  close(): void;
}

/** Facts compress to a tenth; only bodies that are made for it compress to less than a hundredth. */
const maxRatio = 100;
/** A short text may repeat itself. */
const anyRatioBytes = 16 * 1024 * 1024;

export type UploadEncoding = 'identity' | 'gzip';

/** @throws ReportError `request.media_type` for another encoding */
export function uploadEncoding({ headers }: Request): UploadEncoding {
  const encoding = (headers['content-encoding'] ?? 'identity').toLowerCase();
  if (encoding === 'identity') return encoding;
  if (encoding === 'gzip' || encoding === 'x-gzip') return 'gzip';
  throw new ReportError('request.media_type', {
    found: `Content-Encoding ${encoding}`,
    expected: 'gzip or none',
  });
}

/**
 * Decodes a body. Errors while it is read are ReportError `batch.too_large` and `request.broken`.
 */
export function openUpload(request: Request, encoding: UploadEncoding): UploadBody {
  if (encoding === 'gzip') return inflated(request);
  // Leaving the iteration does not close the connection.
  return { chunks: readBody(request.iterator({ destroyOnReturn: false })), close() {} };
}

function inflated(request: Request): UploadBody {
  const gunzip = createGunzip();
  return {
    chunks: readBody(withinRatio(request.on('error', ignore).pipe(gunzip))),
    close() {
      request.unpipe(gunzip);
      gunzip.destroy();
    },
  };
}

/** @throws ReportError `batch.too_large` for a body that grows to a hundred times of what was sent */
async function* withinRatio(gunzip: Gunzip): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of gunzip as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > anyRatioBytes && bytes > maxRatio * gunzip.bytesWritten) {
      throw new ReportError('batch.too_large', {
        found: `${bytes} bytes in ${gunzip.bytesWritten} bytes of gzip`,
        limit: `${maxRatio} times the size of the gzip beyond ${anyRatioBytes} bytes`,
      });
    }
    yield chunk;
  }
}

async function* readBody(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* source;
  } catch (error) {
    if (error instanceof ReportError) throw error;
    throw new ReportError('request.broken', {
      reason: error instanceof Error ? error.message : String(error),
    });
  }
}

/**
 * The reader of the piped stream reports the error. Without a listener, the source's `error` event
 * is fatal.
 */
function ignore(): void {
  // No action.
}
