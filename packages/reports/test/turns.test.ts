import { describe, expect, it } from 'vitest';
import { createTurns } from '../src/turns.ts';

/** Work that lasts until it is told to end, and says whether it has begun. */
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

describe('turns', () => {
  it('let as many run at a time as they are told, the others in the order in which they came', async () => {
    const turns = createTurns(2);
    const works = Array.from({ length: 5 }, openWork);
    const runs = works.map((work) => turns.run(never, work.run));
    await settled();
    expect(works.map(({ begun }) => begun)).toEqual([true, true, false, false, false]);
    works[1]?.end();
    await settled();
    expect(works.map(({ begun }) => begun)).toEqual([true, true, true, false, false]);
    for (const work of works) work.end();
    await Promise.all(runs);
    expect(works.every(({ begun }) => begun)).toBe(true);
  });

  it('take nobody in who stopped waiting, and give the turn to the next', async () => {
    const turns = createTurns(1);
    const [first, second, third] = [openWork(), openWork(), openWork()];
    const waiting = new AbortController();
    const runs = [turns.run(never, first.run), turns.run(never, third.run)];
    const gone = turns.run(waiting.signal, second.run);
    waiting.abort(new Error('gone'));
    await expect(gone).rejects.toThrow('gone');
    await expect(turns.run(waiting.signal, second.run)).rejects.toThrow('gone');
    first.end();
    third.end();
    await Promise.all(runs);
    expect([second.begun, third.begun]).toEqual([false, true]);
  });

  it('end with work that fails', async () => {
    const turns = createTurns(1);
    await expect(turns.run(never, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await turns.run(never, () => Promise.resolve('next'))).toBe('next');
  });
});
