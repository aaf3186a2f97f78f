import { expect, test } from 'vitest';
import { readAhead } from '../../src/import/read-ahead.ts';

/** Counts what was read, and fails after `items` of them. */
function counted(items: number) {
  const state = { read: 0, isClosed: false };
  async function* source(): AsyncGenerator<number, void> {
    try {
      for (; state.read < items;) {
        await Promise.resolve();
        state.read += 1;
        yield state.read;
      }
      throw new Error('the source failed');
    } finally {
      state.isClosed = true;
    }
  }
  return { state, source };
}
const turn = () =>
  new Promise<void>((resolve) => {
    setTimeout(resolve);
  });

test('one item is read ahead while another is handled, and no more', async () => {
  const { state, source } = counted(5);
  const reading = readAhead(source());
  expect((await reading.next()).value).toBe(1);
  await turn();
  expect(state.read).toBe(2);
  expect((await reading.next()).value).toBe(2);
  await turn();
  expect(state.read).toBe(3);
  await reading.return();
  expect([state.read, state.isClosed]).toEqual([3, true]);
});

test('a failure of the source comes after the items before it', async () => {
  const seen: number[] = [];
  const run = async () => {
    for await (const item of readAhead(counted(3).source())) {
      // By now the source has failed.
      await turn();
      seen.push(item);
    }
  };
  await expect(run()).rejects.toThrow('the source failed');
  expect(seen).toEqual([1, 2, 3]);
});
