import { execFileSync } from 'node:child_process';
import { chmod, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough, type Writable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { temporaryFolder, type TemporaryFolder } from '@hourglass/testing';
import { withOutput } from '../src/output-file.ts';

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

const at = (name: string) => path.join(folder.path, name);
const text = async (file: string) => readFile(file, 'utf8');
const write = (file: string, content = 'new', output = new PassThrough()) =>
  withOutput(file, { output }, (sink: Writable) => {
    sink.write(content);
    return Promise.resolve(content.length);
  });
const neverFilled = (file: string) =>
  withOutput(file, { output: new PassThrough() }, () => {
    throw new Error('filled');
  });

test('a new file has the content, and nothing else is left', async () => {
  expect(await write(at('x'))).toBe(3);
  expect(await text(at('x'))).toBe('new');
  expect(await readdir(folder.path)).toEqual(['x']);
});

test('an existing file keeps its content until the new one is complete, and its mode after that', async () => {
  await writeFile(at('x'), 'old');
  await chmod(at('x'), 0o600);
  const failed = withOutput(at('x'), { output: new PassThrough() }, async (sink) => {
    sink.write('half');
    throw new Error('the download failed');
  });
  await expect(failed).rejects.toThrow('the download failed');
  expect([await text(at('x')), await readdir(folder.path)]).toEqual(['old', ['x']]);
  await write(at('x'));
  expect([await text(at('x')), (await stat(at('x'))).mode & 0o777]).toEqual(['new', 0o600]);
});

test('a link stays a link, and its file gets the content', async () => {
  await mkdir(at('elsewhere'));
  await writeFile(at('elsewhere/file'), 'old');
  await symlink('elsewhere/file', at('link'));
  await write(at('link'));
  expect((await lstat(at('link'))).isSymbolicLink()).toBe(true);
  expect([await text(at('elsewhere/file')), await readdir(at('elsewhere'))]).toEqual(['new', ['file']]);
});

test('a named pipe and a device are written to and stay what they are', async () => {
  execFileSync('mkfifo', [at('pipe')]);
  const [reader] = await Promise.all([text(at('pipe')), write(at('pipe'), 'through the pipe')]);
  expect([reader, (await stat(at('pipe'))).isFIFO()]).toEqual(['through the pipe', true]);
  await write('/dev/null');
  expect((await stat('/dev/null')).isCharacterDevice()).toBe(true);
});

test.skipIf(process.platform !== 'linux')('a full disk is reported with the name of the file', async () => {
  await expect(write('/dev/full')).rejects.toThrow('/dev/full: no space left on the disk');
});

test('- is standard output, which stays open', async () => {
  const output = new PassThrough();
  await write('-', 'rows', output);
  expect([String(output.read()), output.writable]).toEqual(['rows', true]);
});

test('an impossible file is refused by name before anything is fetched', async () => {
  await mkdir(at('folder'));
  await symlink('nowhere', at('dangling'));
  await writeFile(at('file'), '');
  for (const [name, words] of [
    ['folder', 'is a folder; expected a file'],
    ['missing/x', `the folder ${at('missing')} does not exist`],
    ['new/', `the folder`],
    ['dangling', 'a link to a missing file'],
    ['file/x', 'a part of the path is a file'],
  ]) {
    await expect(neverFilled(at(name ?? ''))).rejects.toThrow(`${at(name ?? '')}: ${words}`);
  }
});
