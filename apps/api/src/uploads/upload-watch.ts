import type { Request } from 'express';
import { ReportError } from '@hourglass/reports';

interface WatchedUpload {
  readonly request: Request;
  /** Throws a `ReportError` once the caller may no longer send. */
  readonly reauthenticate: () => Promise<unknown>;
  /** Ends the upload. */
  readonly abort: (reason: ReportError) => void;
}

/** Ends uploads that are slow, and uploads whose credentials became invalid. */
export interface UploadWatch {
  /** Returns the function that ends watching. */
  watch(upload: WatchedUpload): () => void;
}

export interface SlowUpload {
  /** The least that a client must send, as sent, on average over a window. */
  readonly minBytesPerSecond: number;
  /** Only time in which the API waits for the client counts. */
  readonly windowMs: number;
}

const tickMs = 500;
const ticksPerCheck = 6;

/** Why an upload ends that was allowed when it began. Other errors are those of a service. */
const endingKinds: ReadonlySet<string> = new Set(['unauthenticated', 'forbidden', 'not_found']);

/** One timer serves all uploads, so that their credentials are read by one statement. */
export function createUploadWatch(slow: SlowUpload): UploadWatch {
  const uploads = new Map<WatchedUpload, RateWindow>();
  let timer: NodeJS.Timeout | null = null;
  let ticks = 0;

  function tick(): void {
    ticks += 1;
    for (const [upload, window] of uploads) {
      if (window.isSlow(upload.request)) upload.abort(slowUpload(slow));
      if (ticks % ticksPerCheck === 0) void endUnlessAllowed(upload);
    }
  }

  return {
    watch(upload) {
      uploads.set(upload, new RateWindow(slow, upload.request.socket.bytesRead));
      timer ??= setInterval(tick, tickMs).unref();
      return () => {
        uploads.delete(upload);
        if (uploads.size > 0 || timer === null) return;
        clearInterval(timer);
        timer = null;
      };
    },
  };
}

async function endUnlessAllowed({ reauthenticate, abort }: WatchedUpload): Promise<void> {
  try {
    await reauthenticate();
  } catch (error) {
    if (error instanceof ReportError && endingKinds.has(error.kind)) abort(error);
  }
}

function slowUpload({ minBytesPerSecond, windowMs }: SlowUpload): ReportError {
  return new ReportError('request.slow', { bytes: minBytesPerSecond, seconds: windowMs / 1000 });
}

/** Bytes of a connection over the time in which the API waited for them. */
class RateWindow {
  private readonly slow: SlowUpload;
  private startBytes: number;
  private waitedMs = 0;

  constructor(slow: SlowUpload, bytesRead: number) {
    this.slow = slow;
    this.startBytes = bytesRead;
  }

  /** Called once a tick. */
  isSlow({ complete, readableLength, socket }: Request): boolean {
    // While bytes are waiting to be read, the API is the slower side.
    if (complete || readableLength > 0) return false;
    this.waitedMs += tickMs;
    if (this.waitedMs < this.slow.windowMs) return false;
    const found = socket.bytesRead - this.startBytes;
    const expected = (this.slow.minBytesPerSecond * this.waitedMs) / 1000;
    this.startBytes = socket.bytesRead;
    this.waitedMs = 0;
    return found < expected;
  }
}
