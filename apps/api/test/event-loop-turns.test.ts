import { describe, expect, test } from 'vitest';
import { createEventLoopTurns } from '../src/http/event-loop-turns.ts';

/** Lets callers take all their turns, each a number of times. Returns the keys by iteration of the event loop. */
async function turnsOf(callers: readonly { readonly key: string; readonly turns: number }[]) {
  const turns = createEventLoopTurns();
  const iterations: string[][] = [[]];
  let over = false;
  const count = () => {
    if (over) return;
    iterations.push([]);
    setImmediate(count);
  };
  setImmediate(count);
  await Promise.all(
    callers.map(async ({ key, turns: wanted }) => {
      for (let turn = 0; turn < wanted; turn += 1) {
        await turns.next(key);
        iterations.at(-1)?.push(key);
      }
    }),
  );
  over = true;
  return iterations.filter((keys) => keys.length > 0);
}

describe('turns of the event loop', () => {
  test('are one in an iteration, so that another request waits for one piece however many are under way', async () => {
    const iterations = await turnsOf(Array.from({ length: 20 }, () => ({ key: 'a', turns: 5 })));
    expect(iterations).toEqual(Array.from({ length: 100 }, () => ['a']));
  });

  test('alternate between keys, however many callers a key has', async () => {
    const many = Array.from({ length: 20 }, () => ({ key: 'a', turns: 2 }));
    const iterations = await turnsOf([...many, { key: 'b', turns: 4 }]);
    expect(iterations.flat().join('')).toMatch(/^(?:a?ba?){4}a+$/);
    expect(iterations.flat()).toHaveLength(44);
  });

  test('come to the callers of a key in order', async () => {
    const turns = createEventLoopTurns();
    const order: number[] = [];
    await Promise.all([1, 2, 3].map((caller) => turns.next('a').then(() => order.push(caller))));
    expect(order).toEqual([1, 2, 3]);
  });

  test('begin again after a pause', async () => {
    const turns = createEventLoopTurns();
    await turns.next('a');
    await new Promise(setImmediate);
    await turns.next('b');
  });
});
