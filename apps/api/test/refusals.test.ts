import type { Request, Response } from 'express';
import { ReportError, type RefusedCredentials } from '@hourglass/reports';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createRefusals, noteCredentials } from '../src/http/refusals.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const second = () => vi.advanceTimersByTimeAsync(1_000);

function open(recordRefusals?: (refusals: readonly RefusedCredentials[]) => Promise<void>) {
  const written: RefusedCredentials[][] = [];
  const lost: number[] = [];
  const record = async (refusals: readonly RefusedCredentials[]) => void written.push([...refusals]);
  const refusals = createRefusals({
    audit: { recordRefusals: recordRefusals ?? record },
    onLost: (count) => lost.push(count),
    tickMs: 1_000,
    ticksPerWindow: 60,
    maxKeys: 10,
  });
  const note = (ip: string, email: string, code: 'auth.required' | 'batch.not_found' = 'auth.required') => {
    const response = { locals: { requestId: 'r' } } as unknown as Response;
    noteCredentials(response, { kind: 'password', email, password: 'canary' });
    refusals.note({ ip, socket: {} } as Request, response, new ReportError(code, { id: 'x' }));
  };
  return { refusals, note, written, lost };
}

test('the first refusal is written within a second, further ones as one number at the end of the minute', async () => {
  const { note, written } = open();
  note('192.0.2.1', 'JANE@example.com');
  await second();
  const first = { address: '192.0.2.1', email: 'jane@example.com', tokenId: null, code: 'auth.required' };
  expect(written).toEqual([[{ ...first, count: 1, requestId: 'r' }]]);
  for (let i = 0; i < 500; i += 1) note('192.0.2.1', 'jane@example.com');
  await vi.advanceTimersByTimeAsync(58_000);
  expect(written).toHaveLength(1);
  await second();
  expect(written.slice(1)).toEqual([[{ ...first, count: 500, requestId: 'r' }]]);
});

test('guesses from any number of addresses make a bounded number of events, and none is left out', async () => {
  const { note, written } = open();
  for (let i = 0; i < 5_000; i += 1) note(`192.0.${i >> 8}.${i & 255}`, `user${i}@example.com`);
  await vi.advanceTimersByTimeAsync(60_000);
  const events = written.flat();
  expect(events).toHaveLength(11);
  expect(events.reduce((sum, { count }) => sum + count, 0)).toBe(5_000);
  expect(events.at(-1)).toMatchObject({ address: null, email: null, count: 4_990 });
});

test('other errors are no refusals', async () => {
  const { note, written } = open();
  note('192.0.2.1', 'jane@example.com', 'batch.not_found');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(written).toEqual([]);
});

test('a close writes what was noted, and what cannot be written is counted', async () => {
  const { refusals, note, lost } = open(() => Promise.reject(new Error('down')));
  note('192.0.2.1', 'jane@example.com');
  note('192.0.2.1', 'jane@example.com');
  await refusals.close();
  expect(lost).toEqual([2]);
});
