import { describe, expect, test } from 'vitest';
import { createHashQueue, RetryLater, type HashTurn } from '../../src/index.ts';

const bounds = { waiting: 4, waitingKnown: 2, waitingPerAddress: 3, waitingPerAccount: 2 };

function queueOfTest() {
  const queue = createHashQueue(bounds);
  const order: string[] = [];
  const running = new Map<string, () => void>();
  /** Starts work that runs until `finish`. */
  function enter(name: string, turn: Partial<HashTurn> = {}): Promise<string> {
    const whole = { address: name, account: name, isKnown: false, signal: new AbortController().signal };
    return queue.run(
      { ...whole, ...turn },
      () =>
        new Promise((resolve) => {
          order.push(name);
          running.set(name, () => resolve(name));
        }),
    );
  }
  async function finish(name: string): Promise<void> {
    running.get(name)?.();
    await new Promise(setImmediate);
  }
  return { enter, finish, order };
}

const isBusy = (work: Promise<string>) =>
  work.then(
    () => false,
    (error: unknown) => error instanceof RetryLater && error.code === 'auth.busy',
  );

describe('the queue of password hashes', () => {
  test('runs one at a time, addresses in turn', async () => {
    const { enter, finish, order } = queueOfTest();
    const works = [
      enter('a1', { address: 'a' }),
      enter('a2', { address: 'a' }),
      enter('a3', { address: 'a' }),
      enter('b1', { address: 'b' }),
    ];
    expect(order).toEqual(['a1']);
    for (const name of ['a1', 'a2', 'b1']) await finish(name);
    expect(order).toEqual(['a1', 'a2', 'b1', 'a3']);
    await finish('a3');
    expect(await Promise.all(works)).toEqual(['a1', 'a2', 'a3', 'b1']);
  });

  test('refuses at once beyond the bounds of an account, of an address and of all strangers', async () => {
    const { enter, order } = queueOfTest();
    const accepted = [
      enter('first'),
      enter('a1', { address: 'a', account: 'x' }),
      enter('b1', { address: 'b', account: 'x' }),
    ];
    expect(await isBusy(enter('c1', { address: 'c', account: 'x' }))).toBe(true);
    accepted.push(enter('a2', { address: 'a' }), enter('a3', { address: 'a' }));
    expect(await isBusy(enter('a4', { address: 'a' }))).toBe(true);
    expect(await isBusy(enter('d1'))).toBe(true);
    expect(order).toEqual(['first']);
  });

  test('keeps places for known addresses', async () => {
    const { enter, finish, order } = queueOfTest();
    const strangers = ['a', 'b', 'c', 'd', 'e'].map((name) => enter(name));
    expect(await isBusy(enter('f'))).toBe(true);
    const known = enter('known', { isKnown: true });
    for (const name of ['a', 'b', 'c', 'd', 'e']) await finish(name);
    expect(order.at(-1)).toBe('known');
    await finish('known');
    expect(await known).toBe('known');
    expect(await Promise.all(strangers)).toHaveLength(5);
  });

  test('drops an entry whose client has left, and gives its place to others', async () => {
    const { enter, finish, order } = queueOfTest();
    const client = new AbortController();
    const first = enter('first');
    const left = enter('left', { address: 'a', account: 'x', signal: client.signal });
    void enter('stays', { account: 'x' });
    client.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    void enter('next', { address: 'a', account: 'x' });
    await expect(enter('late', { signal: client.signal })).rejects.toThrow('gone');
    for (const name of ['first', 'stays']) await finish(name);
    expect(order).toEqual(['first', 'stays', 'next']);
    expect(await first).toBe('first');
  });

  test('continues after work that failed', async () => {
    const queue = createHashQueue(bounds);
    const turn = { address: 'a', account: 'a', isKnown: false, signal: new AbortController().signal };
    const failed = queue.run(turn, () => Promise.reject(new Error('broken')));
    const next = queue.run(turn, () => Promise.resolve('done'));
    await expect(failed).rejects.toThrow('broken');
    expect(await next).toBe('done');
  });
});
