import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { CommandError } from './command-error.ts';
import { systemReason } from './system-errors.ts';

/**
 * Lets `fill` write a temporary file and then `read` read it. The file has no name, so that the operating
 * system removes it however this process ends.
 * @throws CommandError when the folder for temporary files cannot be written or is full
 */
export async function withScratchFile<Result>(
  fill: (sink: Writable) => Promise<unknown>,
  read: (file: number) => Promise<Result>,
): Promise<Result> {
  const file = await openUnnamed();
  try {
    // By its descriptor: a stream of the handle would have to close it.
    const sink = createWriteStream('', { fd: file.fd, autoClose: false });
    try {
      await fill(sink);
      await finished(sink.end());
    } catch (error) {
      throw sink.errored === null ? error : scratchFailure(sink.errored);
    }
    return await read(file.fd);
  } finally {
    await file.close();
  }
}

async function openUnnamed(): Promise<FileHandle> {
  const name = path.join(tmpdir(), `hourglass-${randomUUID()}`);
  try {
    const file = await open(name, 'wx+', 0o600);
    await rm(name);
    return file;
  } catch (error) {
    throw scratchFailure(error);
  }
}

/** Says where temporary files are and how to change that. */
function scratchFailure(error: unknown): unknown {
  const reason = systemReason(error);
  if (reason === null) return error;
  const message = `${tmpdir()}: ${reason}; TMPDIR names another folder for temporary files`;
  return new CommandError(message, {}, { cause: error });
}
