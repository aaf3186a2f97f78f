import { expect, test } from 'vitest';
import { aborted } from '../src/aborted.ts';

test('resolves when the signal aborts, not before', async () => {
  const controller = new AbortController();
  let resolved = false;
  const wait = async () => {
    await aborted(controller.signal);
    resolved = true;
  };
  const waiting = wait();
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  expect(resolved).toBe(false);
  controller.abort();
  await waiting;
  expect(resolved).toBe(true);
});

test('resolves at once for a signal that has aborted already', async () => {
  await expect(aborted(AbortSignal.abort())).resolves.toBeUndefined();
});
