import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { temporaryFolder, type TemporaryFolder } from '@hourglass/testing';
import { readExchangeRates } from '../src/exchange-rates.ts';

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

async function ratesOf(...lines: string[]) {
  const exchangeRatesPath = path.join(folder.path, 'rates.csv');
  await writeFile(exchangeRatesPath, ['day,currency,rate', ...lines, ''].join('\n'));
  return readExchangeRates({ exchangeRatesPath });
}

test('rates keep their digits', async () => {
  expect(await ratesOf('2026-03-01,USD,0.9000000001', '2026-03-02,X_1,9999')).toEqual([
    { day: '2026-03-01', currency: 'USD', rate: '0.9000000001' },
    { day: '2026-03-02', currency: 'X_1', rate: '9999' },
  ]);
  expect(await ratesOf()).toEqual([]);
  expect(await readExchangeRates({})).toEqual([]);
});

test.each(["2026-03-01,US'D,1", '2026-03-01,USD,1e5', '2026-03-01,USD', "2026-03-01,USD,1') or ('"])(
  'a line that is no rate is never a part of a statement: %s',
  async (line) => {
    await expect(ratesOf(line)).rejects.toThrow('expected a day, a currency and a rate');
  },
);
