import { expect, test } from 'vitest';
import { choicesOf, startForm } from '../src/pages/data/import-choices.ts';
import { errorsByHour, readShare } from '../src/pages/data/prepare-import.ts';
import { formatBytes } from '../src/text/quantities.ts';

test('errors by hour span the whole hours of the imported facts', () => {
  const firstMs = Date.parse('2026-11-22T10:59:59.999Z');
  const lastMs = Date.parse('2026-11-22T12:00:00.000Z');
  expect(errorsByHour({ firstMs, lastMs }, 'Errors')).toMatchObject({
    timeRange: { start: '2026-11-22T10:00:00Z', end: '2026-11-22T13:00:00Z' },
    groupByTimeUnit: 'hour',
  });
  expect(errorsByHour({ firstMs: null, lastMs: null }, 'Errors')).toBeNull();
});

test('the share of read bytes is between 0 and 1, also of empty files', () => {
  expect(readShare({ readBytes: 1, totalBytes: 4 })).toBe(0.25);
  expect(readShare({ readBytes: 5, totalBytes: 4 })).toBe(1);
  expect(readShare({ readBytes: 0, totalBytes: 0 })).toBe(1);
});

test('the values of the controls become choices of the import', () => {
  expect(choicesOf(startForm)).toEqual({ format: null, proxy: null, separator: ',', onError: 'refuse' });
  const fixed = { ...startForm, format: 'combined', proxy: 'fixed', proxyName: ' shop ', onError: 'skip' };
  expect(choicesOf(fixed)).toMatchObject({
    format: 'combined',
    proxy: { kind: 'fixed', name: 'shop' },
    onError: 'skip',
  });
  expect(choicesOf({ ...startForm, proxy: 'path', segment: '2' }).proxy).toEqual({
    kind: 'path',
    segment: 2,
  });
});

test('bytes have the largest unit of which there is at least one', () => {
  expect([0, 999, 1000, 1_500_000, 2e9, 3e12, 4e15].map((bytes) => formatBytes(bytes, 'en'))).toEqual([
    ...['0 bytes', '999 bytes', '1 kB', '1.5 MB', '2 GB', '3 TB', '4,000 TB'],
  ]);
});
