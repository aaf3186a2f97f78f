import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder, type TemporaryFolder } from '@hourglass/testing';
import { lineFileBytes } from '../src/bulk/line-files.ts';
import { spoolBody } from '../src/bulk/spool-body.ts';

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

/** Lines of all lengths up to about 2,000 bytes. */
function bodyOf(bytes: number): Buffer {
  const lines: string[] = [];
  let length = 0;
  for (let line = 0; length < bytes; line += 1) {
    const text = `${line} ${'x'.repeat((line * 7919) % 2000)}\n`;
    lines.push(text);
    length += text.length;
  }
  return Buffer.from(lines.join(''));
}

async function* inChunks(body: Buffer, chunkBytes: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < body.length; start += chunkBytes)
    yield body.subarray(start, start + chunkBytes);
}

async function spooled(body: Buffer, { chunkBytes = 64 * 1024, maxHotRows = 1000 } = {}) {
  const files: string[] = [];
  const directory = path.join(folder.path, String(Math.random()));
  const found = await spoolBody(inChunks(body, chunkBytes), {
    maxHotRows,
    directory,
    onFile: (file) => files.push(file),
    takeScratch: () => {},
    isRefused: () => false,
  });
  const replayed: Buffer[] = [];
  for await (const chunk of found.replay()) replayed.push(chunk);
  return {
    isLarge: found.isLarge,
    replayed: Buffer.concat(replayed),
    files: await Promise.all(files.map((file) => readFile(file))),
  };
}

describe('a large body', () => {
  const largeBody = bodyOf(2.1 * lineFileBytes);

  test.each([[64 * 1024], [1_000_003], [40 * 1024 * 1024]])(
    'in chunks of %d bytes is written to files of whole lines, and can be replayed',
    async (chunkBytes) => {
      const { isLarge, files, replayed } = await spooled(largeBody, { chunkBytes });
      expect(isLarge).toBe(true);
      expect(files.length).toBeGreaterThan(1);
      expect(files.every((file) => file.at(-1) === 0x0a)).toBe(true);
      expect(Buffer.concat(files).equals(largeBody)).toBe(true);
      expect(replayed.equals(largeBody)).toBe(true);
    },
  );

  test('may have a last line without an end', async () => {
    const body = largeBody.subarray(0, largeBody.lastIndexOf(0x0a, lineFileBytes + 5_000_000));
    const { files } = await spooled(body);
    expect(Buffer.concat(files).equals(body)).toBe(true);
  });

  test('without a line end is one file', async () => {
    const body = Buffer.alloc(lineFileBytes + 5_000_000, 'x');
    const { isLarge, files, replayed } = await spooled(body);
    expect(isLarge).toBe(true);
    expect(files.map(({ length }) => length)).toEqual([body.length]);
    expect(replayed.equals(body)).toBe(true);
  });
});

test.each([[100_000], [3_000_000]])(
  'a body of %d bytes with few lines is not large, and can be replayed',
  async (bytes) => {
    const body = bodyOf(bytes);
    const { isLarge, files, replayed } = await spooled(body, { maxHotRows: 50_000 });
    expect(isLarge).toBe(false);
    expect(files).toEqual([]);
    expect(replayed.equals(body)).toBe(true);
  },
);
