import { describe, expect, test } from 'vitest';
import type { ConsumptionDetails, HistoricalConsumptionDetails } from '@hourglass/contract';
import {
  prepareLevelPlot,
  prepareLevels,
  prepareLevelsPlot,
  rangeOfSamples,
  sizeOf,
  sizeText,
} from '../src/records/consumption.ts';
import { dayIn, dayRangeOf, dayRangeText, rangeUntil, withValues } from '../src/records/days.ts';

const subscription = {
  account_name: 'First',
  number: 'A-1',
  start_date: '2023-01-01T00:00:00Z',
  end_date: '',
};
const labels = {
  ...{ committed_tib: 'Committed', consumed_tib: 'Consumed', burst_tib: 'Burst' },
  ...{ accrued_burst_tib: 'Accrued', size: 'Storage' },
};

function current(
  name: string,
  time: string,
  [committed, consumed, burst]: readonly [string, string, string],
) {
  return {
    ...{ name, committed_tib: committed, consumed_tib: consumed, consumed_timestamp_utc: time },
    ...{ burst_tib: burst, accrued_burst_tib: '0' },
  };
}

function details(...levels: readonly ReturnType<typeof current>[]): ConsumptionDetails {
  const records = [{ subscription, service_levels: [...levels] }];
  return { result: { returned_records: '1', records, request_id: '', response_time: '0.001' } };
}

describe('the service levels of a customer', () => {
  test('are within the commitment, in burst, or unused', () => {
    const levels = prepareLevels(
      details(
        current('Extreme', '2026-01-05T00:00:00.5Z', ['10', '5', '0']),
        current('Performance', '2026-01-04T00:00:00Z', ['10', '12.5', '2.5']),
        current('Standard', '', ['0', '0', '0']),
      ),
    );
    expect(levels.map(({ key, state, share, time }) => [key, state, share, time])).toEqual([
      ['A-1 · Extreme', 'within', 0.5, '2026-01-05T00:00:00.5Z'],
      ['A-1 · Performance', 'burst', 1.25, '2026-01-04T00:00:00Z'],
      ['A-1 · Standard', 'unused', null, null],
    ]);
    expect(rangeOfSamples(levels, '2026-11-30')).toEqual({ first: '2025-12-07', last: '2026-01-05' });
    expect(rangeOfSamples([], '2026-11-30')).toEqual({ first: '2026-11-01', last: '2026-11-30' });
  });

  test('show every digit of a size', () => {
    expect(sizeText('999999999999999999.999999', 'en')).toBe('999,999,999,999,999,999.999999\u00a0TiB');
  });
});

describe('the history of a consumption', () => {
  const sample = (time: string, [committed, consumed, burst]: readonly [number, number, number]) => ({
    ...{ committed_tib: committed, consumed_tib: consumed, burst_tib: burst, accrued_burst_tib: 0 },
    ...{ timestamp_utc: time, is_invoiced: false },
  });
  const history: HistoricalConsumptionDetails = {
    results: {
      returned_records: 1,
      records: [
        {
          subscription,
          service_levels: [
            {
              name: 'Performance',
              historical_consumption: [
                sample('2026-01-04T00:00:00Z', [10, 8, 0]),
                sample('2026-01-05T00:00:00.5Z', [10, 12.5, 2.5]),
              ],
            },
            { name: 'Extreme', historical_consumption: [sample('2026-01-04T00:00:00Z', [100, 40, 0])] },
            { name: 'Empty', historical_consumption: [] },
          ],
        },
      ],
      request_parameters: { from_date_utc: '', to_date_utc: '', customer_id: 'c1' },
      ...{ request_id: '', response_time: '0.001', customer: { name: 'One', id: 'c1' } },
    },
  };

  test('draws committed against consumed and burst, in that order, and never stacked', () => {
    const { plots, metric } = prepareLevelPlot(history, 'A-1 · Performance', labels);
    expect(metric).toMatchObject({ name: 'Storage', unit: 'TiB' });
    expect(plots.series?.series.map(({ name, values }) => [name, values])).toEqual([
      ['Committed', [10, 10]],
      ['Consumed', [8, 12.5]],
      ['Burst', [0, 2.5]],
      ['Accrued', [0, 0]],
    ]);
    expect(plots.series?.buckets.map(({ atSeconds }) => atSeconds * 1000)).toEqual([
      Date.UTC(2026, 0, 4),
      Date.UTC(2026, 0, 5),
    ]);
    expect(plots.views).toEqual(['lines']);
    expect(prepareLevelPlot(history, 'A-1 · Empty', labels).plots.views).toEqual([]);
  });

  test('draws one size of every service level, which can be stacked', () => {
    const { plots, metrics } = prepareLevelsPlot(history, sizeOf('anything'), labels);
    expect(metrics.map(({ name }) => name)).toEqual(['Committed', 'Consumed', 'Burst', 'Accrued']);
    expect(plots.series?.series.map(({ name, values }) => [name, values])).toEqual([
      ['A-1 · Extreme', [40, null]],
      ['A-1 · Performance', [8, 12.5]],
    ]);
    expect(plots.views).toEqual(['lines', 'areas']);
  });
});

describe('a range of days', () => {
  test('is that of the URL as far as its days exist', () => {
    const fallback = { first: '2026-01-01', last: '2026-01-31' };
    const of = (query: string) => dayRangeOf(new URLSearchParams(query), fallback);
    expect(of('first=2025-12-31&last=2026-02-30')).toEqual({ first: '2025-12-31', last: '2026-01-31' });
    expect(of('first=yesterday')).toEqual(fallback);
    expect(rangeUntil('2026-03-01', 2)).toEqual({ first: '2026-02-28', last: '2026-03-01' });
  });

  test('ends with the day of the clocks of the installation', () => {
    const nowMs = Date.UTC(2026, 10, 30, 20);
    expect([dayIn('UTC', nowMs), dayIn('Asia/Shanghai', nowMs)]).toEqual(['2026-11-30', '2026-12-01']);
    expect(dayRangeText({ first: '2026-01-01', last: '2026-01-31' }, 'UTC', 'en')).toBe(
      'Jan 1, 2026 – Jan 31, 2026 · UTC',
    );
  });

  test('leaves no zoom or hidden line of the range before', () => {
    const search = new URLSearchParams('from=1&to=2&hide=a&metric=m&equipment=x&first=2026-01-01');
    expect(String(withValues(search, { equipment: ['y', 'z'], first: '' }))).toBe(
      'metric=m&equipment=y&equipment=z',
    );
  });
});
