import { expect, test } from 'vitest';
import { inOrder } from '../src/in-order.ts';

const never = new AbortController().signal;

/** Work that ends when the test says so. */
function controlled() {
  const started: number[] = [];
  const ends = new Map<number, PromiseWithResolvers<string>>();
  const aborted: number[] = [];
  return {
    started,
    aborted,
    end: (item: number) => ends.get(item)?.resolve(`result ${item}`),
    fail: (item: number) => ends.get(item)?.reject(new Error(`fault ${item}`)),
    work: (item: number, _index: number, signal: AbortSignal) => {
      started.push(item);
      const end = withResolvers<string>();
      ends.set(item, end);
      signal.addEventListener('abort', () => {
        aborted.push(item);
        end.reject(new Error('aborted'));
      });
      return end.promise;
    },
  };
}

interface PromiseWithResolvers<Result> {
  readonly promise: Promise<Result>;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: Error) => void;
}

function withResolvers<Result>(): PromiseWithResolvers<Result> {
  let resolve: (result: Result) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<Result>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

test('results come in the order of the items, and no more run than may', async () => {
  const { work, started, end } = controlled();
  const results = inOrder([1, 2, 3, 4], work, { atOnce: 2, signal: never });
  const first = results.next();
  expect(started).toEqual([1, 2]);
  end(2);
  end(1);
  expect(await first).toEqual({ done: false, value: 'result 1' });
  // The second result is not taken yet, and a third may run because the first is.
  const second = results.next();
  expect(await second).toEqual({ done: false, value: 'result 2' });
  const third = results.next();
  expect(started).toEqual([1, 2, 3, 4]);
  end(3);
  end(4);
  expect(await third).toEqual({ done: false, value: 'result 3' });
  expect(await results.next()).toEqual({ done: false, value: 'result 4' });
  expect(await results.next()).toEqual({ done: true, value: undefined });
});

test('after an error the others are stopped, and have ended', async () => {
  const { work, aborted, fail } = controlled();
  const results = inOrder([1, 2, 3], work, { atOnce: 3, signal: never });
  const first = results.next();
  fail(1);
  await expect(first).rejects.toThrow('fault 1');
  expect(aborted).toEqual([1, 2, 3]);
});

test('when nothing reads on, the others are stopped', async () => {
  const { work, aborted, end } = controlled();
  const results = inOrder([1, 2, 3], work, { atOnce: 3, signal: never });
  const first = results.next();
  end(1);
  await first;
  await results.return();
  expect(aborted).toContain(2);
  expect(aborted).toContain(3);
});
