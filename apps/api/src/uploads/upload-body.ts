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

/** Gzip is hardly larger than its content, even if each line is a member of its own. */
const maxGzipToContent = 2;
/** Beyond what is on its way through the decoder. */
const anyGzipBytes = 1024 * 1024;

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
  const content = { bytes: 0 };
  // Empty members and empty blocks yield no chunk, so the input is checked as well.
  const check = () => {
    const error = tooLittleContent(content.bytes, gunzip.bytesWritten);
    if (error !== null) gunzip.destroy(error);
  };
  request.on('data', check);
  return {
    chunks: readBody(withinRatio(request.on('error', ignore).pipe(gunzip), content)),
    close() {
      request.off('data', check);
      request.unpipe(gunzip);
      gunzip.destroy();
    },
  };
}

function tooLittleContent(bytes: number, gzipBytes: number): ReportError | null {
  if (gzipBytes <= anyGzipBytes + maxGzipToContent * bytes) return null;
  return new ReportError('batch.too_large', {
    found: `${gzipBytes} bytes of gzip for ${bytes} bytes of content`,
    limit: `${maxGzipToContent} times the content beyond ${anyGzipBytes} bytes`,
  });
}

/** @throws ReportError `batch.too_large` for a body that grows to a hundred times of what was sent */
async function* withinRatio(gunzip: Gunzip, content: { bytes: number }): AsyncGenerator<Buffer> {
  for await (const chunk of gunzip as AsyncIterable<Buffer>) {
    content.bytes += chunk.length;
    const { bytes } = content;
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
