import { Writable } from 'node:stream';
import type { Response } from 'express';
import { expect, test } from 'vitest';
import { ItemByItem, sendInPieces } from '../src/http/json-pieces.ts';
import { ExactNumber } from '../src/http/write-json.ts';

/** Sends a document. Returns its text, its announced length, the longest write and the number of turns. */
async function sent(document: object) {
  const writes: string[] = [];
  const headers = new Map<string, unknown>();
  let turns = 0;
  const response = Object.assign(
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        writes.push(chunk.toString());
        done();
      },
    }),
    { type: () => response, setHeader: (name: string, value: unknown) => headers.set(name, value) },
  );
  // The parts of a response that the function uses.
  await sendInPieces(response as unknown as Response, document, () => {
    turns += 1;
    return Promise.resolve();
  });
  const longest = Math.max(...writes.map((text) => text.length));
  return { text: writes.join(''), length: headers.get('Content-Length'), longest, turns };
}

test('a document in pieces is the JSON of the document', async () => {
  const item = { name: 'ä"\n', values: [1, null, '2'], none: undefined };
  const document = {
    empty: new ItemByItem([]),
    nothing: {},
    plain: { list: [item, []], text: 'x' },
    nested: {
      deeper: {
        items: new ItemByItem([item, new ItemByItem([1, 'two']), { inner: new ItemByItem([item]) }]),
      },
    },
  };
  expect(JSON.parse((await sent(document)).text)).toEqual({
    empty: [],
    nothing: {},
    plain: { list: [JSON.parse(JSON.stringify(item)), []], text: 'x' },
    nested: {
      deeper: {
        items: [
          { name: 'ä"\n', values: [1, null, '2'] },
          [1, 'two'],
          { inner: [{ name: 'ä"\n', values: [1, null, '2'] }] },
        ],
      },
    },
  });
});

test('integers beyond 2^53 are written with every digit, at any depth', async () => {
  const document = {
    items: new ItemByItem([{ metric: [{ values: [1, 9_007_199_254_740_993n] }] }, 10n ** 20n]),
  };
  expect((await sent(document)).text).toBe(
    '{"items":[{"metric":[{"values":[1,9007199254740993]}]},100000000000000000000]}',
  );
});

test('numbers with more digits than a double are written with every digit', async () => {
  const digits = '0.1000000000000000055511151231257827';
  const levels = [{ name: 'standard', samples: new ItemByItem([{ tib: new ExactNumber(digits) }]) }];
  const records = new ItemByItem([{ levels: new ItemByItem(levels), total: [new ExactNumber(digits)] }]);
  expect((await sent({ records })).text).toBe(
    `{"records":[{"levels":[{"name":"standard","samples":[{"tib":${digits}}]}],"total":[${digits}]}]}`,
  );
});

test('a small document has a length, a large one comes in chunks', async () => {
  const small = { items: new ItemByItem(['ä', 'b']) };
  expect((await sent(small)).length).toBe(Buffer.byteLength('{"items":["ä","b"]}'));
  const large = { items: new ItemByItem(Array.from({ length: 10_000 }, (_, index) => `item ${index}`)) };
  expect((await sent(large)).length).toBeUndefined();
});

test('a large document waits for a turn before each piece, and no write is long', async () => {
  const items = Array.from({ length: 5_000 }, (_, index) => ({ name: `/${index}`, values: ['1'] }));
  const { text, longest, turns } = await sent({ items: new ItemByItem(items) });
  expect(text).toBe(JSON.stringify({ items }));
  expect(longest).toBeLessThan(70_000);
  expect(turns).toBeGreaterThanOrEqual(text.length / 20_000);
});
