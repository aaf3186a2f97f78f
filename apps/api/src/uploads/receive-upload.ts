import type { Request, Response } from 'express';
import {
  BodyLimitReached,
  ScratchFull,
  type AcceptBatchOptions,
  type BodyLimits,
  type ByteBudget,
} from '@hourglass/facts';
import { ReportError, RetryLater, type KeyedSemaphore } from '@hourglass/reports';
import { clientGone } from '../http/client-gone.ts';
import { sendContinue } from '../http/expect-continue.ts';
import type { UploadAdmission } from './upload-admission.ts';
import { openUpload, uploadEncoding, type UploadBody } from './upload-body.ts';
import type { UploadWatch } from './upload-watch.ts';

export interface UploadPorts {
  readonly admission: UploadAdmission;
  readonly watch: UploadWatch;
  readonly limits: BodyLimits;
  /** Memory for bodies that are being received. */
  readonly memory: ByteBudget;
  readonly scratchDirectory: string;
  /** Bounds transactions of batches, in all and per organization. */
  readonly writes: KeyedSemaphore;
}

export interface UploadCall {
  readonly request: Request;
  readonly response: Response;
  readonly organization: string;
  /** Throws a `ReportError` once the caller may no longer send. */
  readonly reauthenticate: () => Promise<unknown>;
}

/** An upload that may begin. */
export interface AdmittedUpload extends Pick<
  AcceptBatchOptions,
  'space' | 'limits' | 'writePermits' | 'signal'
> {
  /** Tells the client to send, and returns the decoded body. Called at most once. */
  readonly open: () => AsyncIterable<Buffer>;
}

const scratchRetrySeconds = 30;

/**
 * Admits an upload and passes it to `accept`. The signal aborts when the client has left, sends too
 * slowly, or may no longer send.
 * @throws ReportError `request.media_type`, `limit.uploads`, `limit.scratch`, `request.slow`,
 * `batch.too_large`, `request.broken`, or that of `reauthenticate`
 */
export async function receiveUpload<Result>(
  { request, response, organization, reauthenticate }: UploadCall,
  { admission, watch, limits, memory, scratchDirectory, writes }: UploadPorts,
  accept: (upload: AdmittedUpload) => Promise<Result>,
): Promise<Result> {
  const encoding = uploadEncoding(request);
  const ended = new AbortController();
  const signal = AbortSignal.any([clientGone(response), ended.signal]);
  const permit = await admission.admit(organization, signal);
  let body: UploadBody | null = null;
  let endWatch: (() => void) | null = null;
  try {
    return await accept({
      space: { memory, scratch: permit.scratch, scratchDirectory },
      limits,
      writePermits: writes.of(organization),
      signal,
      open() {
        sendContinue(request, response);
        endWatch = watch.watch({ request, reauthenticate, abort: (reason) => ended.abort(reason) });
        body = openUpload(request, encoding);
        return body.chunks;
      },
    });
  } catch (error) {
    throw uploadError(error);
  } finally {
    (endWatch as (() => void) | null)?.();
    (body as UploadBody | null)?.close();
    permit.release();
  }
}

function uploadError(error: unknown): unknown {
  if (error instanceof BodyLimitReached) {
    return new ReportError('batch.too_large', { found: error.found, limit: error.limit });
  }
  if (error instanceof ScratchFull) {
    return new RetryLater('limit.scratch', scratchRetrySeconds, { limit: `${error.maxBytes} bytes` });
  }
  return error;
}
