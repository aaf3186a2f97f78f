import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { catalogue, type Dataset } from '@hourglass/query';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder, type TemporaryFolder } from '@hourglass/testing';
import { countPlainLines } from '../src/bulk/count-plain-lines.ts';
import { factColumns } from '../src/bulk/fact-columns.ts';
import { plainFields, plainLinePattern } from '../src/bulk/plain-line.ts';

const dataset = catalogue.get('api') as Dataset;
const columns = factColumns(dataset);

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

async function count(body: string | Buffer, ignored: readonly string[] = []): Promise<number | null> {
  const file = path.join(folder.path, 'body.ndjson');
  await writeFile(file, body);
  const sampled = new Set(['request_path', ...ignored]);
  const read = columns.filter(({ name }) => sampled.has(name));
  const fields = plainFields({ dataset, undeclaredFields: 'ignore', columns, read, sampled });
  return countPlainLines(file, plainLinePattern(fields));
}

const line = (length: number) => `{"timestamp":1795341600123,"request_path":"${'é'.repeat(length)}"}`;
/** Lines of all lengths up to about 2,000 bytes, some of them blank. */
const lines = Array.from({ length: 1000 }, (_, index) =>
  index % 10 === 0 ? '' : line((index * 7919) % 1000),
);

describe('the plain lines of a file are counted across chunks', () => {
  test.each(['\n', '\r\n'])('with the line end %j', async (end) => {
    expect(await count(lines.join(end) + end)).toBe(900);
    expect(await count(lines.join(end))).toBe(900);
  });

  test('up to the greatest length', async () => {
    expect(await count(`${line(16_000)}\n`.repeat(20))).toBe(20);
    expect(await count(line(16_400))).toBeNull();
    expect(await count(line(200_000))).toBeNull();
  });
});

test.each([[1], [199], [998], [999]])('a line that is not plain is found as line %d', async (at) => {
  for (const bad of ['{"timestamp":1795341600123', '{"unknown":1}', ' ', '{"timestamp":1795341600123}}']) {
    expect(await count(lines.with(at, bad).join('\n'))).toBeNull();
  }
});

test('bytes that are not UTF-8 are not plain', async () => {
  expect(await count(Buffer.from(line(3), 'latin1'))).toBeNull();
});

test('hostile names with many ways to match take linear time and are not plain', async () => {
  const names = ['x', 'x":1,"x', '\ud800', '\ud801', '\ufffd', 'tab\t', 'back\\slash'];
  const members = (member: string) => `{"timestamp":1795341600123${`,${member}`.repeat(500)}`;
  expect(await count(members('"request_path":"x"'), names)).toBeNull();
  expect(await count(members('"\ufffd":1'), names)).toBeNull();
  expect(await count(`${members('"request_path":"x"')}}`, names)).toBe(1);
  expect(await count(String.raw`{"timestamp":1795341600123,"x\":1,\"x":1}`, names)).toBeNull();
});

test('a name twice is not plain if the conversion does not read it, however many others there are', async () => {
  const names = Array.from({ length: 100 }, (_, index) => `name ${index}`);
  const members = names.map((name) => `"${name}" : "name 1"`);
  const text = `"request_path":"${'x'.repeat(20_000)} \\"name 1\\":"`;
  const line = (...parts: string[]) => `{"timestamp":1795341600123,${parts.join(',')}}\n`;
  expect(await count(line(...members, text).repeat(100), names)).toBe(100);
  expect(await count(line(...members, text, '"name 1":1'), names)).toBeNull();
  expect(await count(line('"name 7":1', ...members, text), names)).toBeNull();
  expect(await count(line('"fees":null', text, '"fees"\t:null'), names)).toBeNull();
});

test('more than a hundred ignored names are not plain', async () => {
  const names = Array.from({ length: 101 }, (_, index) => `name ${index}`);
  expect(await count('{"timestamp":1795341600123,"name 1":1}', names.slice(1))).toBe(1);
  expect(await count('{"timestamp":1795341600123,"name 1":1}', names)).toBeNull();
});
