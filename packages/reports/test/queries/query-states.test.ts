import { describe, expect, test } from 'vitest';
import { mayBecome, queryStates } from '../../src/queries/query-states.ts';

// Section 3 of the design, written out by hand.
const allowed = new Set([
  'enqueued>running',
  'enqueued>completed',
  'enqueued>cancelled',
  'enqueued>failed',
  'running>completed',
  'running>failed',
  'running>cancelled',
  'running>enqueued',
  'completed>expired',
]);

describe('the life of a query', () => {
  test('has exactly the transitions of the design', () => {
    for (const from of queryStates) {
      for (const to of queryStates)
        expect([from, to, mayBecome(from, to)]).toEqual([from, to, allowed.has(`${from}>${to}`)]);
    }
  });
});
