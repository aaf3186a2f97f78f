import { expect, test } from 'vitest';
import type { QueryStatus } from '@hourglass/contract';
import { applyEvent, type TimedEvent } from '../src/api/query-events.ts';

const self = '/organizations/acme/environments/prod/queries/1';
const query: QueryStatus = {
  self,
  state: 'running',
  created: '2026-11-30T10:00:00Z',
  updated: '2026-11-30T10:00:05Z',
  progress: 40,
  phase: 'computing',
  rowsScanned: 100,
};
const event = (changes: Partial<TimedEvent>): TimedEvent => ({
  self,
  kind: 'progress',
  state: 'running',
  progress: 60,
  phase: 'writing',
  rowsScanned: 200,
  time: '2026-11-30T10:00:06.250Z',
  ...changes,
});

test('an event moves a query on, within the same second as well', () => {
  for (const time of ['2026-11-30T10:00:06.250Z', '2026-11-30T10:00:05.001Z']) {
    expect(applyEvent(query, event({ time }))).toEqual({
      ...query,
      progress: 60,
      phase: 'writing',
      rowsScanned: 200,
      updated: `${time.slice(0, 19)}Z`,
    });
  }
});

test('no query jumps back: older events change nothing, and progress never falls', () => {
  const older = event({ state: 'enqueued', progress: 0, time: '2026-11-30T10:00:04.999Z' });
  expect(applyEvent(query, older)).toBe(query);
  expect(applyEvent(query, event({ progress: 10 })).progress).toBe(40);
});

test('a failure brings its reason, and the end removes the phase', () => {
  const { phase: _, ...ended } = event({ kind: 'state', state: 'failed', error: 'out of memory' });
  const failed = applyEvent(query, ended);
  expect(failed).toMatchObject({ state: 'failed', error: 'out of memory' });
  expect(failed).not.toHaveProperty('phase');
});

test('the error "false" of a submission is no reason', () => {
  expect(applyEvent({ ...query, error: 'false' }, event({}))).not.toHaveProperty('error');
});
