import { constants, createReadStream } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { addAbortSignal, pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { LocalContext } from './command-context.ts';
import { CommandError } from './command-error.ts';
import { inputName, standardStream } from './read-text.ts';
import { withFileName } from './system-errors.ts';

/**
 * Yields the bytes of a file, or of standard input. Unpacks gzip, which it recognizes by its first bytes.
 * @throws CommandError that names the file: it cannot be read, its gzip data is damaged, or it is
 * compressed in another way
 */
export async function* openInput(
  file: string,
  { input, signal }: Pick<LocalContext, 'input' | 'signal'>,
): AsyncGenerator<Buffer> {
  const name = inputName(file);
  const source = file === standardStream ? addAbortSignal(signal, input) : createReadStream(file, { signal });
  try {
    const { head, chunks } = await peek(source);
    const kind = contentKinds.find(({ magic }) => head.toString('latin1').startsWith(magic));
    if (kind?.problem !== undefined) throw new CommandError(`${name}: ${kind.problem}`);
    yield* kind === undefined ? chunks : gunzip(chunks);
  } catch (error) {
    throw gzipFailure(name, error) ?? withFileName(name, error);
  } finally {
    source.destroy();
  }
}

/**
 * Checks that every file can be opened, before the first of them is used.
 * @throws CommandError that names the first that cannot
 */
export async function requireFiles(files: readonly string[]): Promise<void> {
  for (const file of files.filter((name) => name !== standardStream)) {
    try {
      await access(file, constants.R_OK);
      if ((await stat(file)).isDirectory()) throw new CommandError(`${file}: is a folder; expected a file`);
    } catch (error) {
      throw withFileName(file, error);
    }
  }
}

/**
 * Reads a gzip file to its end, for a limited time. Damaged data may look like bad rows before its checksum,
 * at the end, tells.
 * @throws CommandError if it is damaged
 */
export async function requireIntactGzip(
  file: string,
  { signal }: Pick<LocalContext, 'signal'>,
  limitMs = 5_000,
): Promise<void> {
  if (file === standardStream) return;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
  const source = createReadStream(file, { signal: limit });
  try {
    const { head, chunks } = await peek(source);
    if (!head.toString('latin1').startsWith(gzipMagic)) return;
    for await (const chunk of gunzip(chunks)) if (chunk.length === 0) continue;
  } catch (error) {
    const damage = gzipFailure(inputName(file), error);
    if (damage !== null) throw damage;
  } finally {
    source.destroy();
  }
}

interface ContentKind {
  /** The first bytes, as Latin-1. */
  readonly magic: string;
  /** Undefined: gzip. */
  readonly problem?: string;
}

const unpackFirst = (kind: string, command: string) =>
  `${kind} data; expected text or gzip, for example from: ${command} | hourglass import … -`;

const gzipMagic = '\x1f\x8b';
const contentKinds: readonly ContentKind[] = [
  { magic: gzipMagic },
  { magic: '\x28\xb5\x2f\xfd', problem: unpackFirst('Zstandard', 'zstdcat FILE') },
  { magic: '\xfd7zXZ\0', problem: unpackFirst('xz', 'xzcat FILE') },
  { magic: 'BZh', problem: unpackFirst('bzip2', 'bzcat FILE') },
  { magic: 'PK\x03\x04', problem: unpackFirst('ZIP', 'unzip -p FILE') },
  { magic: 'PAR1', problem: 'Parquet data; expected text or gzip' },
  { magic: '\xff\xfe', problem: 'UTF-16 text; expected UTF-8' },
  { magic: '\xfe\xff', problem: 'UTF-16 text; expected UTF-8' },
];
const headBytes = Math.max(...contentKinds.map(({ magic }) => magic.length));

/** Returns the first bytes, and all chunks including them. */
async function peek(source: Readable): Promise<{ head: Buffer; chunks: AsyncIterable<Buffer> }> {
  const iterator = (source as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < headBytes) {
    const next = await iterator.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  return { head, chunks: continued(head, iterator) };
}

async function* continued(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    if (head.length > 0) yield head;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

function gunzip(chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  // An error of either stream is thrown by the iteration.
  return pipeline(Readable.from(chunks, { objectMode: false }), createGunzip(), () => undefined);
}

function gzipFailure(name: string, error: unknown): CommandError | null {
  if (!(error instanceof Error) || !('code' in error) || !String(error.code).startsWith('Z_')) return null;
  const problem =
    error.code === 'Z_BUF_ERROR'
      ? 'the gzip data ends early; expected a complete file'
      : `the gzip data is damaged (${error.message}); expected a copy of the original file`;
  return new CommandError(`${name}: ${problem}`, {}, { cause: error });
}
