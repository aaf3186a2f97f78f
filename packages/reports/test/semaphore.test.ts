import { describe, expect, test } from 'vitest';
import { createSemaphore } from '../src/semaphore.ts';

/** Work that runs until `end` is called, and records whether it has begun. */
function openWork() {
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const work = { begun: false, end, run: () => ((work.begun = true), ended) };
  return work;
}

const never = new AbortController().signal;
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a semaphore', () => {
  test('runs at most as many as it has permits, the others in order of request', async () => {
    const semaphore = createSemaphore(2);
    const works = Array.from({ length: 5 }, openWork);
    const runs = works.map((work) => semaphore.run(never, work.run));
    await settled();
    expect(works.map(({ begun }) => begun)).toEqual([true, true, false, false, false]);
    works[1]?.end();
    await settled();
    expect(works.map(({ begun }) => begun)).toEqual([true, true, true, false, false]);
    for (const work of works) work.end();
    await Promise.all(runs);
    expect(works.every(({ begun }) => begun)).toBe(true);
  });

  test('lets one task wait many times without a warning of a leak', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    const semaphore = createSemaphore(1);
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 30 }, () => semaphore.run(signal, settled)));
    await settled();
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });

  test('skips a waiter whose signal aborted, and grants its permit to the next', async () => {
    const semaphore = createSemaphore(1);
    const [first, second, third] = [openWork(), openWork(), openWork()];
    const waiting = new AbortController();
    const runs = [semaphore.run(never, first.run), semaphore.run(never, third.run)];
    const gone = semaphore.run(waiting.signal, second.run);
    waiting.abort(new Error('gone'));
    await expect(gone).rejects.toThrow('gone');
    await expect(semaphore.run(waiting.signal, second.run)).rejects.toThrow('gone');
    first.end();
    third.end();
    await Promise.all(runs);
    expect([second.begun, third.begun]).toEqual([false, true]);
  });

  test('releases the permit of failed work', async () => {
    const semaphore = createSemaphore(1);
    await expect(semaphore.run(never, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await semaphore.run(never, () => Promise.resolve('next'))).toBe('next');
  });
});
