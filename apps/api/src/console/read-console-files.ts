import { hash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';

export type ConsoleEncoding = 'br' | 'gzip';

export interface ConsoleFile {
  readonly type: string;
  readonly bytes: Buffer;
  readonly encoded: Readonly<Record<ConsoleEncoding, Buffer>>;
  /** For revalidation. */
  readonly etag: string;
}

export interface ConsoleFiles {
  readonly page: ConsoleFile;
  /** Files whose names contain a hash of their content, by path below the console. */
  readonly assets: ReadonlyMap<string, ConsoleFile>;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const assetsFolder = 'assets';

/**
 * Reads the built console into memory, so that a request reads no file and no path leaves the folder. `basePath` is the
 * path of the public URL, without a trailing slash: the page names its files and the API below it.
 * @throws Error of the file system when the console is not built
 */
export async function readConsoleFiles(folder: string, basePath: string): Promise<ConsoleFiles> {
  const names = await readdir(path.join(folder, assetsFolder));
  const assets = await Promise.all(
    names
      .filter((name) => types[path.extname(name)] !== undefined)
      .map(
        async (name) =>
          [`/${assetsFolder}/${name}`, await readAsset(path.join(folder, assetsFolder, name))] as const,
      ),
  );
  return { page: await readPage(path.join(folder, 'index.html'), basePath), assets: new Map(assets) };
}

/** The build wrote the compressed forms, at a level that takes too long for a start. */
async function readAsset(file: string): Promise<ConsoleFile> {
  const [bytes, br, compressed] = await Promise.all(
    [file, `${file}.br`, `${file}.gz`].map((name) => readFile(name)),
  );
  if (bytes === undefined || br === undefined || compressed === undefined) throw new Error('unreachable');
  return consoleFile(file, bytes, { br, gzip: compressed });
}

async function readPage(file: string, basePath: string): Promise<ConsoleFile> {
  const text = await readFile(file, 'utf8');
  const page = text
    .replaceAll(`"./${assetsFolder}/`, `"${basePath}/${assetsFolder}/`)
    .replace('data-base=""', `data-base="${basePath}"`);
  const bytes = Buffer.from(page);
  const [br, compressed] = await Promise.all([promisify(brotliCompress)(bytes), promisify(gzip)(bytes)]);
  return consoleFile(file, bytes, { br, gzip: compressed });
}

function consoleFile(file: string, bytes: Buffer, encoded: ConsoleFile['encoded']): ConsoleFile {
  const type = types[path.extname(file)] ?? 'application/octet-stream';
  // Weak, because the encodings differ in their bytes.
  return { type, bytes, encoded, etag: `W/"${hash('sha256', bytes, 'base64url').slice(0, 22)}"` };
}
