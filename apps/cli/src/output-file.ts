import { randomBytes } from 'node:crypto';
import { createWriteStream, type Stats } from 'node:fs';
import { lstat, open, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { LocalContext } from './command-context.ts';
import { CommandError } from './command-error.ts';
import { standardStream } from './read-text.ts';
import { systemReason, withFileName } from './system-errors.ts';

/**
 * Calls `fill` with the stream into which a result is written: standard output, a device, a pipe, or a
 * file, which is replaced only when `fill` has succeeded. A link stays a link.
 * @throws CommandError that names the file, before `fill` is called if nothing can be written there
 */
export async function withOutput<Result>(
  file: string,
  { output }: Pick<LocalContext, 'output'>,
  fill: (sink: Writable) => Promise<Result>,
): Promise<Result> {
  if (file === standardStream) return fill(output);
  const existing = await findExisting(file);
  if (existing?.isDirectory() === true) throw new CommandError(`${file}: is a folder; expected a file`);
  if (existing !== null && !existing.isFile()) return writeThrough(file, fill);
  return replaceFile(file, existing, fill);
}

/** Follows links. Null: there is no such file. */
async function findExisting(file: string): Promise<Stats | null> {
  try {
    return await stat(file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT'))
      throw withFileName(file, error);
  }
  const link = await lstat(file).catch(() => null);
  if (link !== null) throw new CommandError(`${file}: a link to a missing file; expected an existing one`);
  const folder = path.dirname(file);
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder || file.endsWith(path.sep)) {
    throw new CommandError(`${file}: the folder ${isFolder ? file : folder} does not exist`);
  }
  return null;
}

/** A device or a named pipe keeps its identity. */
async function writeThrough<Result>(
  file: string,
  fill: (sink: Writable) => Promise<Result>,
): Promise<Result> {
  const sink = createWriteStream(file, { flags: 'w' });
  return fillAndEnd(file, sink, fill);
}

/** Writes a new file beside the old one and renames it at the end. */
async function replaceFile<Result>(
  file: string,
  existing: Stats | null,
  fill: (sink: Writable) => Promise<Result>,
): Promise<Result> {
  const target = existing === null ? file : await realpath(file);
  const unfinished = `${target}.${randomBytes(4).toString('hex')}.unfinished`;
  const handle = await create(unfinished, existing === null ? 0o666 : existing.mode & 0o777);
  try {
    const result = await fillAndEnd(file, handle.createWriteStream({ flush: true }), fill);
    await rename(unfinished, target);
    return result;
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

async function create(unfinished: string, mode: number): Promise<FileHandle> {
  try {
    return await open(unfinished, 'wx', mode);
  } catch (error) {
    throw withFileName(path.dirname(unfinished), error);
  }
}

async function fillAndEnd<Result>(
  file: string,
  sink: Writable,
  fill: (sink: Writable) => Promise<Result>,
): Promise<Result> {
  try {
    const result = await fill(sink);
    await finished(sink.end());
    return result;
  } catch (error) {
    sink.destroy();
    // The file descriptor is in use until then.
    if (!sink.closed) await new Promise((resolve) => sink.once('close', resolve));
    const reason = systemReason(sink.errored);
    throw reason === null ? error : new CommandError(`${file}: ${reason}`, {}, { cause: error });
  }
}
