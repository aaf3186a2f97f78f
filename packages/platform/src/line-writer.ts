import { write, writeSync } from 'node:fs';

export interface LineWriter {
  write(line: string): void;
  /** Calls back once all lines are written. */
  flush(onFlushed: () => void): void;
  /** Writes buffered lines synchronously. For an exit without `flush`, after the event loop has stopped. */
  flushSync(): void;
}

/** Bounds the memory that a stalled reader costs. Further lines are dropped. */
const maxBufferedCharacters = 16 * 1024 * 1024;
const busyRetryMs = 50;
const maxFlushSyncMs = 1_000;

/**
 * Writes lines in order without blocking the event loop. Logging must never stop the service: a line that
 * cannot be written is dropped, and after a broken pipe all lines are. pino's own stream would end the
 * process when the disk is full, and retry a broken pipe for ever at exit.
 */
export function createLineWriter(fileDescriptor: number): LineWriter {
  let buffered = '';
  let isWriting = false;
  let pipeIsBroken = false;
  let flushes: (() => void)[] = [];

  const writeBuffered = () => {
    isWriting = true;
    const bytes = Buffer.from(buffered);
    buffered = '';
    writeFully(fileDescriptor, bytes, finish);
  };
  const finish = (error: NodeJS.ErrnoException | null) => {
    isWriting = false;
    if (error?.code === 'EPIPE') {
      pipeIsBroken = true;
      buffered = '';
    }
    if (buffered !== '') {
      writeBuffered();
      return;
    }
    const flushed = flushes;
    flushes = [];
    for (const onFlushed of flushed) onFlushed();
  };

  return {
    write(line) {
      if (pipeIsBroken || buffered.length + line.length > maxBufferedCharacters) return;
      buffered += line;
      if (!isWriting) writeBuffered();
    },
    flush(onFlushed) {
      if (isWriting) flushes.push(onFlushed);
      else onFlushed();
    },
    flushSync() {
      // The pending write continues in its thread; give it time to stay in order.
      if (isWriting && buffered !== '') sleepSync(busyRetryMs);
      writeSyncFully(fileDescriptor, Buffer.from(buffered));
      buffered = '';
    },
  };
}

/** Writes all bytes, with retries while a pipe is full. */
function writeFully(
  fileDescriptor: number,
  bytes: Buffer,
  onDone: (error: NodeJS.ErrnoException | null) => void,
): void {
  const writeFrom = (offset: number) => {
    write(fileDescriptor, bytes, offset, (error, written) => {
      if (error !== null && isBusy(error)) setTimeout(writeFrom, busyRetryMs, offset);
      else if (error === null && offset + written < bytes.length) writeFrom(offset + written);
      else onDone(error);
    });
  };
  writeFrom(0);
}

/** Gives up on an error, and on a pipe that stays full for `maxFlushSyncMs`. */
function writeSyncFully(fileDescriptor: number, bytes: Buffer): void {
  const deadlineMs = performance.now() + maxFlushSyncMs;
  for (let offset = 0; offset < bytes.length;) {
    try {
      offset += writeSync(fileDescriptor, bytes, offset);
    } catch (error) {
      if (!isBusy(error) || performance.now() >= deadlineMs) return;
      sleepSync(busyRetryMs);
    }
  }
}

/** Blocks the thread. */
function sleepSync(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN';
}
