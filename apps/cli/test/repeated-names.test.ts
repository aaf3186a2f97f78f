import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { catalogue, withCustomFields, type Dataset } from '@hourglass/query/catalogue';
import { temporaryFolder, type TemporaryFolder } from '@hourglass/testing';
import { readCustomValues } from '../src/custom-fields.ts';
import { run } from './run-in-process.ts';

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

const api = catalogue.get('api') as Dataset;

async function importRates(file: string): Promise<[code: number, messages: string]> {
  const { code, messages } = await run(['admin', 'exchange-rate', 'import', file, '--org', 'acme']);
  return [code, messages];
}

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
  expect(await importRates(file)).toEqual([
    1,
    expect.stringContaining('line 2, rate: given more than once; expected once'),
  ]);
});

test('exchange rates with a column twice are refused', async () => {
  const file = await write(
    'rates.csv',
    'day,rate,currency,targetCurrency,rate\n2017-06-30,0.9,USD,EUR,0.8\n',
  );
  expect(await importRates(file)).toEqual([
    1,
    expect.stringContaining('line 1, rate: given more than once; expected once'),
  ]);
});

test('a custom field given twice is refused', () => {
  const dataset = withCustomFields(api, [{ id: 1, name: 'dc_total', type: 'INTEGER' }]);
  const declared = { dataset, undeclaredFields: 'refuse' } as const;
  expect(readCustomValues(['dc_total=1'], declared)).toEqual({ dc_total: 1 });
  expect(() => readCustomValues(['dc_total=1', 'dc_total=2'], declared)).toThrow(
    '--custom-field dc_total: given more than once; expected once',
  );
});
