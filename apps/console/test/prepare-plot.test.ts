import { describe, expect, test } from 'vitest';
import { bucketOf, offsetAt } from '../src/plot/bucket-time.ts';
import { preparePlot } from '../src/plot/prepare-plot.ts';
import { prepareColumns, widthOf } from '../src/plot/prepare-table.ts';
import { numberOf, shapeOf, type Column } from '../src/plot/result.ts';

const calls: Column = { name: 'calls', type: 'INTEGER', unit: 'calls' };
const proxy: Column = { name: 'apiproxy', type: 'STRING', unit: null };
const hour: Column = { name: 'hour', type: 'DATETIME', unit: null };
const params = {
  ...{
    dimensions: ['apiproxy'],
    metrics: ['name:message_count,func:sum,alias:calls'],
    outputFormat: 'json' as const,
  },
  ...{ startTimestamp: '2026-11-30T00:00:00.000Z', endTimestamp: '2026-11-30T03:00:00.000Z' },
};
const at = (time: number) => `2026-11-30 0${time}:00:00 UTC`;

describe('the plot of a result', () => {
  test('with time buckets has a line for each combination of dimensions, with gaps where rows are missing', () => {
    const shape = shapeOf([calls, proxy, hour], { ...params, timeUnit: 'hour' });
    expect(shape).toEqual({ metrics: [calls], dimensions: [proxy], time: hour });
    const rows = [
      { calls: '5', apiproxy: 'a', hour: at(0) },
      { calls: '90', apiproxy: 'b', hour: at(1) },
      { calls: null, apiproxy: 'a', hour: at(1) },
      { calls: '7', apiproxy: 'a', hour: at(2) },
    ];
    const start = Date.UTC(2026, 10, 30) / 1000;
    expect(preparePlot(rows, shape, calls)).toEqual({
      ...{ kind: 'series', unit: 'calls', omitted: 0 },
      buckets: [0, 3600, 7200].map((after) => ({ atSeconds: start + after, offsetSeconds: 0 })),
      series: [
        { name: 'b', values: [null, 90, null] },
        { name: 'a', values: [5, null, 7] },
      ],
    });
    const many = Array.from({ length: 20 }, (_, index) => ({
      calls: String(index),
      apiproxy: `p${index % 10}`,
      hour: at(index < 10 ? 0 : 1),
    }));
    const plot = preparePlot(many, shape, calls);
    expect(plot).toMatchObject({ omitted: 2, series: { length: 8, 0: { name: 'p9' } } });
  });

  test('without time has bars, longest first, of at most 20 rows', () => {
    const shape = shapeOf([calls, proxy], params);
    const rows = Array.from({ length: 25 }, (_, index) => ({ calls: String(index), apiproxy: `p${index}` }));
    const plot = preparePlot([...rows, { calls: null, apiproxy: 'none' }], shape, calls);
    expect(plot).toMatchObject({
      kind: 'bars',
      max: 24,
      omitted: 5,
      bars: { length: 20, 0: { name: 'p24', value: 24 } },
    });
    expect(preparePlot([{ calls: '0', apiproxy: 'a' }], shape, calls)).toBeNull();
  });

  test('of one row is its figures, and there is none without rows, metrics or a second bucket', () => {
    const single = shapeOf([calls], { ...params, dimensions: [] });
    expect(preparePlot([{ calls: '5' }], single, calls)).toEqual({ kind: 'figures' });
    expect(preparePlot([], single, calls)).toBeNull();
    expect(preparePlot([{ apiproxy: 'a' }], shapeOf([proxy], params), undefined)).toBeNull();
    const timed = shapeOf([calls, hour], { ...params, dimensions: [], timeUnit: 'hour' });
    expect(preparePlot([{ calls: '5', hour: at(0) }], timed, calls)).toBeNull();
  });

  test('draws columns that a comparison adds, and no dimension that happens to be a number', () => {
    const previous: Column = { name: 'calls_previous', type: 'INTEGER', unit: 'calls' };
    const status: Column = { name: 'status', type: 'INTEGER', unit: null };
    const shape = shapeOf([calls, previous, status], { ...params, dimensions: ['status'] });
    expect(shape.metrics).toEqual([calls, previous]);
    expect(shape.dimensions).toEqual([status]);
  });
});

test('a bucket is read in both forms of the time column, with offsets of any length', () => {
  expect(bucketOf('2026-03-01 00:00:00 UTC')).toEqual({
    atSeconds: Date.UTC(2026, 2, 1) / 1000,
    offsetSeconds: 0,
  });
  const local = bucketOf('2026-03-01T00:00:00+01:00');
  expect(local).toEqual({ atSeconds: Date.UTC(2026, 1, 28, 23) / 1000, offsetSeconds: 3600 });
  expect(bucketOf('1960-01-01T00:00:00-00:44:30')?.offsetSeconds).toBe(-2670);
  for (const text of ['', 'now', '2026-03-01', '2026-13-01 00:00:00 UTC']) expect(bucketOf(text)).toBeNull();
  const summer = { atSeconds: 1000, offsetSeconds: 7200 };
  expect(offsetAt([summer, { atSeconds: 2000, offsetSeconds: 3600 }], 1999)).toBe(7200);
  expect(offsetAt([summer, { atSeconds: 2000, offsetSeconds: 3600 }], 2000)).toBe(3600);
  expect(offsetAt([summer], 0)).toBe(7200);
});

describe('a cell of the table', () => {
  const [whole, average, share, name] = prepareColumns(
    [
      calls,
      { name: 'avg', type: 'FLOAT', unit: 'milliseconds' },
      { name: 'share', type: 'FLOAT', unit: 'ratio' },
      proxy,
    ],
    'en',
  );

  test('has the digits of the language, and every digit on demand', () => {
    const row = { calls: '12345678901234567890', avg: 1234.56789, share: 0.12345, apiproxy: '<b>x</b>' };
    expect([whole, average, share, name].map((column) => column?.text(row))).toEqual([
      '12,345,678,901,234,567,890',
      '1,234.568',
      '12.35%',
      '<b>x</b>',
    ]);
    expect([whole, average, share, name].map((column) => column?.exact(row))).toEqual([
      '12345678901234567890',
      '1234.56789',
      '0.12345',
      null,
    ]);
    expect([average?.unit, share?.unit]).toEqual(['milliseconds', null]);
  });

  test('without a value is a dash, not a zero', () => {
    expect([whole?.text({ calls: null }), whole?.exact({ calls: null })]).toEqual(['—', null]);
    expect(numberOf(null)).toBeNull();
    expect(numberOf('0')).toBe(0);
  });

  test('is as wide as its texts, within bounds', () => {
    if (name === undefined) throw new Error('unreachable');
    expect(widthOf(name, [{ apiproxy: 'x' }])).toBe(13);
    expect(widthOf(name, [{ apiproxy: 'x'.repeat(20) }])).toBe(23);
    expect(widthOf(name, [{ apiproxy: 'x'.repeat(200) }])).toBe(48);
  });
});
