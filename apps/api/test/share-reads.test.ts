import { expect, test } from 'vitest';
import { shareReads } from '../src/http/share-reads.ts';

/** A read that ends when it is told to and answers how many began before it. */
function heldReads() {
  const held: { end: (error?: Error) => void }[] = [];
  const read = () => {
    const number = held.length;
    return new Promise<number>((resolve, reject) => {
      held.push({ end: (error) => (error === undefined ? resolve(number) : reject(error)) });
    });
  };
  return { held, read };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test('Whoever asks during a read shares the next one, which began after everybody asked', async () => {
  const share = shareReads<number>();
  const { held, read } = heldReads();
  const first = share('a', read);
  const others = [share('a', read), share('a', read), share('a', read)];
  await settle();
  expect(held).toHaveLength(1);
  held[0]?.end();
  expect(await first).toBe(0);
  await settle();
  expect(held).toHaveLength(2);
  const late = share('a', read);
  held[1]?.end();
  expect(await Promise.all(others)).toEqual([1, 1, 1]);
  await settle();
  held[2]?.end();
  expect(await late).toBe(2);
});

test('Without others a read begins at once, for every key by itself', async () => {
  const share = shareReads<number>();
  const { held, read } = heldReads();
  const reads = [share('a', read), share('b', read)];
  expect(held).toHaveLength(2);
  for (const one of held) one.end();
  expect(await Promise.all(reads)).toEqual([0, 1]);
  await settle();
  const again = share('a', read);
  expect(held).toHaveLength(3);
  held[2]?.end();
  expect(await again).toBe(2);
});

test('A read that fails fails for those who share it, and not for the next ones', async () => {
  const share = shareReads<number>();
  const { held, read } = heldReads();
  const first = share('a', read);
  const second = share('a', read);
  held[0]?.end(new Error('down'));
  await expect(first).rejects.toThrow('down');
  await settle();
  held[1]?.end();
  expect(await second).toBe(1);
});
