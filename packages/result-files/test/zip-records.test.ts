import { spawnSync } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fromBufferPromise, openPromise } from 'yauzl';
import { endOfArchive, localHeader, type ZipMember } from '../src/zip-records.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'hourglass-zip-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const date = new Date('2031-12-30T23:58:58Z');

test('members before and after 4 GiB are found and read', async () => {
  const archivePath = path.join(directory, 'large.zip');
  const file = await open(archivePath, 'w');
  const offsets = [0, 2 ** 32 - 1, 2 ** 32 + 12_345];
  const members = offsets.map((offset, index): ZipMember => {
    const content = `content ${index}`;
    return { name: `member-${index}`, date, crc32: crc32(content), bytes: content.length, offset };
  });
  let end = 0;
  for (const [index, member] of members.entries()) {
    // What lies between is a hole in the file.
    const bytes = Buffer.concat([localHeader(member), Buffer.from(`content ${index}`)]);
    await file.write(bytes, 0, bytes.length, member.offset);
    end = member.offset + bytes.length;
  }
  const records = endOfArchive(members, end);
  await file.write(records, 0, records.length, end);
  await file.close();

  const zip = await openPromise(archivePath, { lazyEntries: true });
  const found: unknown[] = [];
  for await (const entry of zip.eachEntry()) {
    const content = await buffer(await zip.openReadStreamPromise(entry));
    found.push([entry.fileName, content.toString(), entry.getLastModDate({ timezone: 'UTC' })]);
  }
  expect(found).toEqual(members.map(({ name }, index) => [name, `content ${index}`, date]));
  const unzipped = spawnSync('unzip', ['-p', archivePath, 'member-2'], { encoding: 'utf8' });
  // Not every machine has it.
  if (unzipped.error === undefined) expect(unzipped.stdout).toBe('content 2');
});

test.each([0, 65_534, 65_535])('an archive may have %i members', async (count) => {
  const member = (index: number): ZipMember => ({ name: `${index}`, date, crc32: 0, bytes: 0, offset: 0 });
  const bytes = endOfArchive(
    Array.from({ length: count }, (_, index) => member(index)),
    0,
  );
  const zip = await fromBufferPromise(bytes, { lazyEntries: true });
  let entries = 0;
  for await (const { fileName } of zip.eachEntry()) {
    if (fileName !== String(entries)) throw new Error(`${fileName} stands at ${entries}`);
    entries += 1;
  }
  expect(entries).toBe(count);
});
