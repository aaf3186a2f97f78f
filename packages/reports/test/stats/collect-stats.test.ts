import type { Plan } from '@hourglass/query';
import { expect, test } from 'vitest';
import { collectStats } from '../../src/stats/collect-stats.ts';

const plan: Plan = {
  version: 1,
  dataset: 'api',
  tenant: { organization: 'acme', environment: 'prod', environmentId: 7 },
  range: { startMs: 0, endExclusiveMs: 1 },
  timeUnit: 'hour',
  metrics: [{ metric: 'message_count', function: 'sum', alias: 'calls' }],
  dimensions: [],
  filter: null,
  limitRows: null,
  output: { format: 'json' },
};

test.each([
  ['2026-03-01 10:00:00 UTC', '2026-03-01T10:00:00Z'],
  ['2026-03-01T00:00:00+01:00', '2026-02-28T23:00:00Z'],
  ['2026-03-01T00:00:00-03:30', '2026-03-01T03:30:00Z'],
  ['2026-03-01T00:00:00+00:00', '2026-03-01T00:00:00Z'],
  ['1971-05-01T00:00:00-00:44:30', '1971-05-01T00:44:30Z'],
])('the bucket %s begins at %s', async (shown, instant) => {
  async function* batches() {
    yield { rowCount: 1, columns: [['5'], [shown]] };
  }
  expect(await collectStats(plan, batches())).toEqual({
    plan,
    groups: [{ dimensions: [], bucketsMs: [Date.parse(instant)], values: [['5']] }],
    truncated: false,
  });
});
