import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder, type TemporaryFolder } from '@hourglass/testing';
import { run } from './run-in-process.ts';

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

const place = ['--org', 'acme', '--env', 'prod'];
const write = async (name: string, content: string) => {
  const file = path.join(folder.path, name);
  await writeFile(file, content);
  return file;
};

test('a query file with a name twice is refused before anything is sent', async () => {
  const file = await write('query.json', String.raw`{"metrics":[{"name":"tps","n\u0061me":"tpm"}]}`);
  expect(await run(['submit', file, ...place])).toEqual({
    code: 1,
    output: '',
    messages: expect.stringContaining(
      `${file}: metrics[0].name: given more than once; expected once`,
    ) as string,
  });
});

test('exchange rates with a name twice are refused with their line', async () => {
  const rate = '"day":"2017-06-30","currency":"USD","targetCurrency":"EUR"';
  const file = await write('rates.ndjson', `{${rate},"rate":"0.9"}\n{${rate},"rate":"0.8","rate":"0.9"}\n`);
  const { code, messages } = await run(['admin', 'exchange-rate', 'import', file, '--org', 'acme']);
  expect([code, messages]).toEqual([
    1,
    expect.stringContaining('line 2, rate: given more than once; expected once'),
  ]);
});
