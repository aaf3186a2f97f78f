import { write, writeSync } from 'node:fs';

export interface LineWriter {
  write(line: string): void;
  /** Calls back once nothing waits and nothing is under way. */
  flush(onFlushed: () => void): void;
  /** Writes what waits, in an exit that came without `flush`, when nothing asynchronous happens any more. */
  writeRest(): void;
}

/** Beyond this a reader that takes nothing would cost the process its memory: further lines are lost. */
const maxWaitingCharacters = 16 * 1024 * 1024;
const busyPauseMs = 50;
const maxRestMs = 1_000;

/**
 * Writes lines in order, beside the event loop. What is told about a service must never stop the service: a line
 * that cannot be written is lost, and once the reader is gone all are. The logger's own stream would end the process
 * at a full disk, and try a broken pipe again for ever when it should end.
 */
export function createLineWriter(fileDescriptor: number): LineWriter {
  let waiting = '';
  let writing = false;
  let readerIsGone = false;
  let flushes: (() => void)[] = [];

  const writeWaiting = () => {
    writing = true;
    const bytes = Buffer.from(waiting);
    waiting = '';
    writeFrom(bytes, 0);
  };
  const writeFrom = (bytes: Buffer, offset: number) => {
    write(fileDescriptor, bytes, offset, (error, written) => {
      if (error !== null && isBusy(error)) setTimeout(writeFrom, busyPauseMs, bytes, offset);
      else if (error === null && offset + written < bytes.length) writeFrom(bytes, offset + written);
      else finish(error);
    });
  };
  const finish = (error: NodeJS.ErrnoException | null) => {
    writing = false;
    if (error?.code === 'EPIPE') {
      readerIsGone = true;
      waiting = '';
    }
    if (waiting !== '') {
      writeWaiting();
      return;
    }
    const flushed = flushes;
    flushes = [];
    for (const onFlushed of flushed) onFlushed();
  };

  return {
    write(line) {
      if (readerIsGone || waiting.length + line.length > maxWaitingCharacters) return;
      waiting += line;
      if (!writing) writeWaiting();
    },
    flush(onFlushed) {
      if (writing) flushes.push(onFlushed);
      else onFlushed();
    },
    writeRest() {
      // What is under way goes on in its thread, and comes first.
      if (writing && waiting !== '') pause(busyPauseMs);
      writeNow(fileDescriptor, Buffer.from(waiting));
      waiting = '';
    },
  };
}

/** Gives up at an error, and on a pipe that stays full for `maxRestMs`. */
function writeNow(fileDescriptor: number, bytes: Buffer): void {
  const giveUpAtMs = performance.now() + maxRestMs;
  for (let offset = 0; offset < bytes.length;) {
    try {
      offset += writeSync(fileDescriptor, bytes, offset);
    } catch (error) {
      if (!isBusy(error) || performance.now() >= giveUpAtMs) return;
      pause(busyPauseMs);
    }
  }
}

/** Blocks the thread. */
function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN';
}
