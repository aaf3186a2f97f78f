import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createKeyedSemaphore, type KeyedSemaphore } from '../src/keyed-semaphore.ts';

const never = new AbortController().signal;
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Asks for permits of the keys in order, and records which got one. */
function ask(semaphore: KeyedSemaphore, keys: readonly string[]) {
  const granted: string[] = [];
  const releases: (() => void)[] = [];
  const acquire = async (key: string) => {
    releases.push(await semaphore.acquire(key, never));
    granted.push(key);
  };
  for (const key of keys) void acquire(key);
  return { granted, releases };
}

describe('a semaphore with keys', () => {
  test('gives a key at most its share, and others what is left', async () => {
    const semaphore = createKeyedSemaphore({ permits: 4, permitsPerKey: 2 });
    const { granted } = ask(semaphore, ['a', 'a', 'a', 'b', 'c']);
    await settled();
    expect(granted).toEqual(['a', 'a', 'b', 'c']);
    expect([semaphore.held(), semaphore.waiting(), semaphore.waiting('a'), semaphore.waiting('b')]).toEqual([
      4, 1, 1, 0,
    ]);
  });

  test('gives a free permit to the waiting key that holds the fewest', async () => {
    const semaphore = createKeyedSemaphore({ permits: 2, permitsPerKey: 2 });
    const { granted, releases } = ask(semaphore, ['a', 'a', 'a', 'a', 'b']);
    await settled();
    releases[0]?.();
    await settled();
    expect(granted).toEqual(['a', 'a', 'b']);
    releases[1]?.();
    await settled();
    expect(granted).toEqual(['a', 'a', 'b', 'a']);
  });

  test('counts a permit once, however often it is released', async () => {
    const semaphore = createKeyedSemaphore({ permits: 1, permitsPerKey: 1 });
    const release = await semaphore.acquire('a', never);
    release();
    release();
    const { granted } = ask(semaphore, ['a', 'b']);
    await settled();
    expect(granted).toEqual(['a']);
  });

  test('forgets a caller that no longer waits', async () => {
    const semaphore = createKeyedSemaphore({ permits: 1, permitsPerKey: 1 });
    const release = await semaphore.acquire('a', never);
    const leaving = new AbortController();
    const left = semaphore.acquire('b', leaving.signal);
    const { granted } = ask(semaphore, ['c']);
    leaving.abort(new Error('left'));
    await expect(left).rejects.toThrow('left');
    release();
    await settled();
    expect([granted, semaphore.held(), semaphore.waiting()]).toEqual([['c'], 1, 0]);
  });

  test('lets keys that hold equally many take turns, however many callers one of them has', async () => {
    const semaphore = createKeyedSemaphore({ permits: 1, permitsPerKey: 1 });
    const { granted, releases } = ask(semaphore, ['a', 'a', 'a', 'a', 'b', 'b', 'c']);
    for (let index = 0; index < 6; index += 1) {
      await settled();
      releases[index]?.();
    }
    await settled();
    // The second caller of `a` came before `b` and `c` did.
    expect(granted).toEqual(['a', 'a', 'b', 'c', 'a', 'b', 'a']);
  });
});

describe('a semaphore with a smaller share among others', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  const presentMs = 2_000;
  const permits = { permits: 3, permitsPerKey: 2, amongOthers: { permitsPerKey: 1, presentMs } };

  test('gives a key that is alone its whole share', async () => {
    const { granted } = ask(createKeyedSemaphore(permits), ['a', 'a', 'a']);
    await settled();
    expect(granted).toEqual(['a', 'a']);
  });

  test('gives a key the smaller share while another holds a permit', async () => {
    const { granted, releases } = ask(createKeyedSemaphore(permits), ['a', 'a', 'b', 'a', 'b']);
    await settled();
    expect(granted).toEqual(['a', 'a', 'b']);
    releases[0]?.();
    await settled();
    expect(granted).toEqual(['a', 'a', 'b']);
    releases[1]?.();
    await settled();
    expect(granted).toEqual(['a', 'a', 'b', 'a']);
  });

  test('counts a key as present for a while after its last permit, so that it finds one free when it returns', async () => {
    const semaphore = createKeyedSemaphore(permits);
    const release = await semaphore.acquire('b', never);
    release();
    const { granted } = ask(semaphore, ['a', 'a']);
    vi.advanceTimersByTime(presentMs - 1);
    await settled();
    expect(granted).toEqual(['a']);
    vi.advanceTimersByTime(1);
    await settled();
    expect(granted).toEqual(['a', 'a']);
  });

  test('counts the while anew when a key returns', async () => {
    const semaphore = createKeyedSemaphore(permits);
    (await semaphore.acquire('b', never))();
    vi.advanceTimersByTime(presentMs - 1);
    const release = await semaphore.acquire('b', never);
    vi.advanceTimersByTime(presentMs);
    release();
    const { granted } = ask(semaphore, ['a', 'a']);
    vi.advanceTimersByTime(presentMs - 1);
    await settled();
    expect(granted).toEqual(['a']);
  });
});
