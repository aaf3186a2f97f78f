import type { Dataset } from '@hourglass/query';
import { catalogue } from '@hourglass/query';
import { expect, test } from 'vitest';
import { BodyConversion, type BodyConversionOptions } from '../src/bulk/convert-body.ts';
import type { SegmentFile } from '../src/segments/segment.ts';

const segment = { facts: 1 } as SegmentFile;
const fault = { line: 7, field: 'apiproxy', message: 'found the number 1; expected text' };

/** A conversion by an encoder that declines the files in `declined`. */
function conversionOf(declined: readonly string[], options: Partial<BodyConversionOptions> = {}) {
  const checked: (readonly string[])[] = [];
  const encoded: string[] = [];
  const conversion = new BodyConversion({
    encoder: {
      encode: ({ bodyPath }) => {
        encoded.push(bodyPath);
        return Promise.resolve(declined.includes(bodyPath) ? 'declined' : segment);
      },
    },
    body: {
      dataset: catalogue.get('api') as Dataset,
      environmentId: 1,
      undeclaredFields: 'refuse',
      times: { earliestMs: 0, latestMs: 0 },
      directory: '/nonexistent',
    },
    signal: new AbortController().signal,
    reserveBatch: () => Promise.resolve('7'),
    findFaults: (files) => {
      checked.push(files);
      return Promise.resolve([fault]);
    },
    ...options,
  });
  return { conversion, checked, encoded };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('a body of plain files becomes segments with one reserved number', async () => {
  let reserved = 0;
  const { conversion, checked } = conversionOf([], {
    reserveBatch: () => Promise.resolve(String((reserved += 1))),
  });
  for (const file of ['a', 'b']) conversion.add(file);
  expect(await conversion.end()).toEqual({ batchSeq: '1', segments: [segment, segment] });
  expect(checked).toEqual([]);
});

test('the first file that is declined is checked at once, and its faults refuse the body', async () => {
  const { conversion, checked, encoded } = conversionOf(['b', 'c']);
  for (const file of ['a', 'b', 'c']) conversion.add(file);
  await settled();
  // Before the end of the body.
  expect([checked, conversion.refusal]).toEqual([[['a', 'b']], [fault]]);
  conversion.add('d');
  expect(await conversion.end()).toBe('declined');
  expect(encoded).toEqual(['a', 'b', 'c']);
});

test('a body that only the row checker can read is not refused', async () => {
  const { conversion } = conversionOf(['a'], { findFaults: () => Promise.resolve([]) });
  conversion.add('a');
  expect([await conversion.end(), conversion.refusal]).toEqual(['declined', null]);
});

test('a batch that was accepted before is neither converted nor refused', async () => {
  const { conversion, checked, encoded } = conversionOf(['a'], { reserveBatch: () => Promise.resolve(null) });
  conversion.add('a');
  expect([await conversion.end(), conversion.refusal, checked, encoded]).toEqual(['declined', null, [], []]);
});

test('an error of the store is thrown at the end', async () => {
  const { conversion } = conversionOf([], { reserveBatch: () => Promise.reject(new Error('no database')) });
  for (const file of ['a', 'b']) conversion.add(file);
  await settled();
  await expect(conversion.end()).rejects.toThrow('no database');
  await conversion.stop();
});
