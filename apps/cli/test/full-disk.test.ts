import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import path from 'node:path';
import { spawn } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  isSmallDiskMissing,
  mountSmallDisk,
  repositoryRoot,
  temporaryFolder,
  type SmallDisk,
  type TemporaryFolder,
} from '@hourglass/testing';
import { writeCsvArchive } from './csv-archive.ts';
import { run } from './run-in-process.ts';
import { serveHttp, type Served } from './serve.ts';

const missing = isSmallDiskMissing();

/** More bytes than the disk has, packed and unpacked. */
const rows = Array.from({ length: 3_000 }, (_, index) => `${randomBytes(24).toString('hex')},${index}\n`);
const diskKibibytes = 64;
const download = ['download', '--org', 'acme', '--env', 'prod', 'q'];

describe.skipIf(missing)('a download to a full disk is one line, exits with 1 and leaves', () => {
  let folder: TemporaryFolder;
  let disk: SmallDisk;
  let full: string;
  let served: Served;
  const formerTemporary = process.env['TMPDIR'];
  beforeAll(async () => {
    folder = await temporaryFolder();
    full = path.join(folder.path, 'full');
    disk = await mountSmallDisk(full, { kibibytes: diskKibibytes });
    await mkdir(path.join(folder.path, 'archive'));
    const archive = await writeCsvArchive(path.join(folder.path, 'archive'), rows);
    expect((await stat(archive)).size).toBeGreaterThan(2 * diskKibibytes * 1024);
    served = await serveHttp((_, response) => {
      response.writeHead(200, { 'Content-Type': 'application/zip' });
      createReadStream(archive).pipe(response);
    });
  });
  beforeEach(async () => {
    for (const name of await readdir(full)) await rm(path.join(full, name));
  });
  afterAll(async () => {
    if (formerTemporary === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = formerTemporary;
    await served.close();
    await disk.unmount();
    await folder.remove();
  });

  const fetchResult = (temporary: string, ...more: string[]) => {
    process.env['TMPDIR'] = temporary;
    return run([...download, ...more], { url: `http://127.0.0.1:${served.port}` });
  };

  test.each([['ZIP file', []] as const, ['rows', ['--rows']] as const])(
    'no half %s, and the former file as it was',
    async (_name, options) => {
      const file = path.join(full, 'result');
      const failed = { code: 1, output: '', messages: `hourglass: ${file}: no space left on the disk\n` };
      expect(await fetchResult(folder.path, ...options, '--output', file)).toEqual(failed);
      expect(await readdir(full)).toEqual([]);
      await writeFile(file, 'old');
      expect(await fetchResult(folder.path, ...options, '--output', file)).toEqual(failed);
      expect([await readdir(full), await readFile(file, 'utf8')]).toEqual([['result'], 'old']);
    },
  );

  test('no temporary file if that disk is the full one', async () => {
    const file = path.join(folder.path, 'rows.csv');
    expect(await fetchResult(full, '--rows', '--output', file)).toEqual({
      code: 1,
      output: '',
      messages: `hourglass: ${full}: no space left on the disk; TMPDIR names another folder for temporary files\n`,
    });
    expect([await readdir(full), await readdir(folder.path)]).toEqual([[], ['archive', 'full']]);
  });

  test('nothing but what the shell has redirected there', async () => {
    const file = await open(path.join(full, 'rows.csv'), 'w');
    const cli = spawn(
      process.execPath,
      [path.join(repositoryRoot, 'apps/cli/bin/hourglass.js'), ...download, '--rows'],
      {
        env: {
          HOURGLASS_URL: `http://127.0.0.1:${served.port}`,
          HOURGLASS_TOKEN: 'any',
          TMPDIR: folder.path,
        },
        stdio: ['ignore', file.fd, 'pipe'],
      },
    );
    let messages = '';
    cli.stderr?.setEncoding('utf8').on('data', (text: string) => {
      messages += text;
    });
    await once(cli, 'close');
    await file.close();
    expect([cli.exitCode, messages]).toEqual([
      1,
      expect.stringMatching(/^hourglass: [^\n]*no space left on the disk[^\n]*\n$/) as string,
    ]);
    expect([await readdir(full), await readdir(folder.path)]).toEqual([['rows.csv'], ['archive', 'full']]);
  });
});
