import { describe, expect, test } from 'vitest';
import { bucketOf, offsetAt } from '../src/plot/bucket-time.ts';
import { heatOf, prepareHeat } from '../src/plot/heat.ts';
import { changeText, numberTexts, unitText } from '../src/plot/number-text.ts';
import { preparePlots, viewOf } from '../src/plot/prepare-plot.ts';
import { rangeText } from '../src/plot/range-text.ts';
import { isolatedPositions, stackedValues } from '../src/plot/series.ts';
import { axisText, bucketText } from '../src/plot/time-text.ts';
import { weekNames } from '../src/plot/week-names.ts';
import { isWhole, movedZoom, withEnd, zoomBetween, zoomOf } from '../src/plot/zoom.ts';
import { shapeOf, type Column, type ResultShape, type Row } from '../src/rows/result.ts';
import { textsIn } from './texts-in.ts';

const calls: Column = { name: 'calls', type: 'INTEGER', unit: 'calls' };
const proxy: Column = { name: 'apiproxy', type: 'STRING', unit: null };
const hour: Column = { name: 'hour', type: 'DATETIME', unit: null };
const previous: Column = { name: 'calls_previous', type: 'INTEGER', unit: 'calls' };
const change: Column = { name: 'calls_change', type: 'FLOAT', unit: 'ratio' };
const params = {
  ...{
    dimensions: ['apiproxy'],
    metrics: ['name:message_count,func:sum,alias:calls'],
    outputFormat: 'json' as const,
  },
  ...{ startTimestamp: '2026-11-30T00:00:00.000Z', endTimestamp: '2026-11-30T03:00:00.000Z' },
};
const at = (time: number) => `2026-11-30 ${String(time).padStart(2, '0')}:00:00 UTC`;
const start = Date.UTC(2026, 10, 30) / 1000;
const timed: ResultShape = { metrics: [calls], dimensions: [proxy], time: hour };
const single: ResultShape = { metrics: [calls], dimensions: [], time: hour };

function seriesOf(rows: readonly Row[], shape: ResultShape) {
  const { series } = preparePlots(rows, shape, calls);
  if (series === null) throw new Error('no series');
  return series;
}

describe('the plot of a result with time buckets', () => {
  test('has a line for each combination of dimensions, with gaps where rows are missing', () => {
    expect(shapeOf([calls, proxy, hour], { ...params, timeUnit: 'hour' })).toEqual(timed);
    const rows = [
      { calls: '5', apiproxy: 'a', hour: at(0) },
      { calls: '90', apiproxy: 'b', hour: at(1) },
      { calls: null, apiproxy: 'a', hour: at(1) },
      { calls: '7', apiproxy: 'a', hour: at(2) },
    ];
    const plot = seriesOf(rows, timed);
    expect(plot.buckets).toEqual(
      [0, 3600, 7200].map((after) => ({ atSeconds: start + after, offsetSeconds: 0 })),
    );
    expect(plot.series.map(({ name, values }) => ({ name, values }))).toEqual([
      { name: 'b', values: [null, 90, null] },
      { name: 'a', values: [5, null, 7] },
    ]);
    expect(plot).toMatchObject({ unit: 'calls', omitted: 0, canStack: true });
  });

  test('has the 8 largest, in the order of time whatever the order of the rows', () => {
    const rows = Array.from({ length: 20 }, (_, index) => ({
      calls: String(index),
      apiproxy: `p${index % 10}`,
      hour: at(index < 10 ? 0 : 1),
    })).toReversed();
    const { series, omitted, buckets } = seriesOf(rows, timed);
    expect([omitted, series.length, series[0]?.name, series[0]?.values]).toEqual([2, 8, 'p9', [9, 19]]);
    expect(buckets.map(({ atSeconds }) => atSeconds)).toEqual([start, start + 3600]);
  });

  test('keeps every digit of numbers beyond 2^53, and of the row it shows', () => {
    const rows = [
      { calls: '9223372036854775807', hour: at(0) },
      { calls: '-9007199254740993', hour: at(1) },
      { calls: null, hour: at(2) },
    ];
    const plot = seriesOf(rows, single);
    const [line] = plot.series;
    const { exact } = numberTexts('en', 'calls');
    expect([0, 1, 2, 3].map((bucket) => exact(line?.exact(bucket) ?? null))).toEqual([
      '9,223,372,036,854,775,807',
      '-9,007,199,254,740,993',
      '—',
      '—',
    ]);
  });

  test('stacks areas of several series without negative values, and no others', () => {
    const rows = (values: readonly [string | null, string]) =>
      values.flatMap((value, index) => [
        { calls: value, apiproxy: 'a', hour: at(index) },
        { calls: '1', apiproxy: 'b', hour: at(index) },
      ]);
    expect(preparePlots(rows(['5', '6']), timed, calls).views).toEqual(['lines', 'areas']);
    expect(preparePlots(rows([null, '-6']), timed, calls).views).toEqual(['lines']);
    expect(stackedValues([{ values: [1, null, 3] }, { values: [10, 20, null] }])).toEqual([
      [1, 0, 3],
      [11, 20, 3],
    ]);
    expect(stackedValues([])).toEqual([]);
  });

  test('has the compared values as a second line, unless there are dimensions', () => {
    const rows = [
      { calls: '5', calls_previous: '4', calls_change: 0.25, apiproxy: 'a', hour: at(0) },
      { calls: '6', calls_previous: null, calls_change: null, apiproxy: 'a', hour: at(1) },
    ];
    const metrics = [calls, previous, change];
    expect(seriesOf(rows, { ...single, metrics }).series.map(({ values }) => values)).toEqual([
      [5, 6],
      [4, null],
    ]);
    expect(seriesOf(rows, { ...timed, metrics }).series).toHaveLength(1);
  });

  test('of one bucket is bars, or figures without dimensions', () => {
    const row = { calls: '5', apiproxy: 'a', hour: at(0) };
    expect(preparePlots([row], timed, calls).views).toEqual(['bars']);
    expect(preparePlots([row], single, calls).views).toEqual(['figures']);
    expect(preparePlots([{ ...row, hour: 'now' }], timed, calls).views).toEqual(['bars']);
  });
});

describe('the heat map', () => {
  const hours = (from: string, count: number, value: (index: number) => string | null) =>
    Array.from({ length: count }, (_, index) => ({
      calls: value(index),
      hour: `${new Date(Date.parse(from) + index * 3_600_000).toISOString().slice(0, 19).replace('T', ' ')} UTC`,
    }));

  test('has the average of each hour of the week, Monday first, and gaps', () => {
    // Monday, 30 November 2026, and the week after: the second Monday has other values.
    const rows = hours('2026-11-30T00:00:00Z', 8 * 24, (index) =>
      index === 30 ? null : String(index < 168 ? 10 : 20),
    );
    const heat = preparePlots(rows, single, calls).heat;
    expect(heat).toMatchObject({ unit: 'calls', min: 10, max: 15 });
    expect(heat?.days.map(([midnight]) => midnight)).toEqual([15, 10, 10, 10, 10, 10, 10]);
    expect(heat?.days[1]?.[6]).toBeNull();
    expect(preparePlots(rows, single, calls).views).toEqual(['lines', 'heat']);
  });

  test('follows the clocks of the report, also before 1970', () => {
    const local = (text: string) => ({ calls: '1', hour: text });
    const rows = [local('2026-03-01T23:00:00-08:00'), local('1969-12-31T23:00:00+01:00')];
    const heat = prepareHeat(rows, single, calls);
    // A Sunday and a Wednesday, at 23 hours of their clocks.
    expect(heat?.days.map((day) => day[23])).toEqual([null, null, 1, null, null, null, 1]);
  });

  test('exists for hourly series without dimensions over two weekdays only', () => {
    const rows = hours('2026-11-30T00:00:00Z', 48, () => '1');
    expect(prepareHeat(rows, timed, calls)).toBeNull();
    expect(prepareHeat(rows, { ...single, time: { ...hour, name: 'day' } }, calls)).toBeNull();
    expect(prepareHeat(rows.slice(0, 24), single, calls)).toBeNull();
  });

  test('is coloured from zero, or from the smallest of negative values', () => {
    expect([0, 5, 10, null].map((value) => heatOf({ min: 5, max: 10 }, value))).toEqual([0, 0.5, 1, 0]);
    expect([-10, 0, 10].map((value) => heatOf({ min: -10, max: 10 }, value))).toEqual([0, 0.5, 1]);
    expect(heatOf({ min: 0, max: 0 }, 0)).toBe(0);
  });
});

describe('the plot of a result without time', () => {
  const shape = shapeOf([calls, proxy], params);

  test('has bars, longest first, of at most 20 rows', () => {
    const rows = Array.from({ length: 25 }, (_, index) => ({ calls: String(index), apiproxy: `p${index}` }));
    const { bars, views } = preparePlots([...rows, { calls: null, apiproxy: 'none' }], shape, calls);
    expect(views).toEqual(['bars']);
    expect(bars).toMatchObject({ max: 24, omitted: 5, isCompared: false });
    expect(bars?.bars).toHaveLength(20);
    expect(bars?.bars[0]).toEqual({ name: 'p24', value: 24, exact: '24', change: null });
    expect(preparePlots([{ calls: '0', apiproxy: 'a' }], shape, calls).views).toEqual([]);
  });

  test('has lengths of negative values, and the changes of a comparison', () => {
    const rows = [
      { calls: '-9', calls_previous: '-3', calls_change: 2, apiproxy: 'a' },
      { calls: '3', calls_previous: '0', calls_change: null, apiproxy: 'b' },
    ];
    const compared = { ...shape, metrics: [calls, previous, change] };
    expect(preparePlots(rows, compared, calls).bars).toMatchObject({
      max: 9,
      bars: [
        { name: 'b', value: 3, change: null },
        { name: 'a', value: -9, change: 2 },
      ],
    });
  });

  test('of one row is its numbers with their changes; a column named like a comparison is none', () => {
    const other: Column = { name: 'others_previous', type: 'INTEGER', unit: null };
    const metrics = [calls, previous, change, other];
    const row = {
      calls: '12345678901234567890',
      calls_previous: '1',
      calls_change: -0.5,
      others_previous: '7',
    };
    const { figures } = preparePlots([row], { metrics, dimensions: [], time: null }, calls);
    expect(figures?.figures).toEqual([
      {
        ...{ name: 'calls', unit: 'calls', value: '12345678901234567890' },
        ...{ previous: '1', change: -0.5, isCompared: true },
      },
      { name: 'others_previous', unit: null, value: '7', previous: null, change: null, isCompared: false },
    ]);
  });

  test('is nothing without rows or metrics', () => {
    expect(preparePlots([], shape, calls).views).toEqual([]);
    expect(preparePlots([{ apiproxy: 'a' }], shapeOf([proxy], params), undefined).views).toEqual([]);
  });

  test('draws columns that a comparison adds, and no dimension that happens to be a number', () => {
    const status: Column = { name: 'status', type: 'INTEGER', unit: null };
    const found = shapeOf([calls, previous, status], { ...params, dimensions: ['status'] });
    expect(found.metrics).toEqual([calls, previous]);
    expect(found.dimensions).toEqual([status]);
  });
});

test('the view of the URL is shown if the result has it', () => {
  const plots = preparePlots([{ calls: '5', apiproxy: 'a' }], { ...timed, time: null }, calls);
  expect([viewOf(plots, 'areas'), viewOf(plots, null), viewOf({ ...plots, views: [] }, 'bars')]).toEqual([
    'bars',
    'bars',
    null,
  ]);
});

test('a bucket is read in both forms of the time column, with offsets of any length', () => {
  expect(bucketOf('2026-03-01 00:00:00 UTC')).toEqual({
    atSeconds: Date.UTC(2026, 2, 1) / 1000,
    offsetSeconds: 0,
  });
  const local = bucketOf('2026-03-01T00:00:00+01:00');
  expect(local).toEqual({ atSeconds: Date.UTC(2026, 1, 28, 23) / 1000, offsetSeconds: 3600 });
  expect(bucketOf('1960-01-01T00:00:00-00:44:30')?.offsetSeconds).toBe(-2670);
  expect(bucketOf('0001-01-01 00:00:00 UTC')?.atSeconds).toBe(Date.parse('0001-01-01T00:00:00Z') / 1000);
  for (const text of [
    ...['', 'now', '2026-03-01', '2026-13-01 00:00:00 UTC', '2026-00-01 00:00:00 UTC', 'null'],
    ...[
      '2026-03-01 24:00:00 UTC',
      '2026-03-01 00:00:00',
      '2026-03-01 00:00:00 CET',
      '2026/03/01 00:00:00 UTC',
    ],
    ...[
      '2026-03-01T00:00:00',
      '2026-03-01T00:00:00Z',
      '2026-03-01T00:00:00*01:00',
      '2026-03-01T00:00:00+1:000',
    ],
  ])
    expect([text, bucketOf(text)]).toEqual([text, null]);
  const summer = { atSeconds: 1000, offsetSeconds: 7200 };
  expect(offsetAt([summer, { atSeconds: 2000, offsetSeconds: 3600 }], 1999)).toBe(7200);
  expect(offsetAt([summer, { atSeconds: 2000, offsetSeconds: 3600 }], 2000)).toBe(3600);
  expect(offsetAt([summer], 0)).toBe(7200);
  expect(offsetAt([], 0)).toBe(0);
});

describe('the zoom', () => {
  const buckets = Array.from({ length: 10 }, (_, index) => ({ atSeconds: index * 60, offsetSeconds: 0 }));

  test('of the URL is a span of at least two buckets, and the whole for anything else', () => {
    expect(zoomOf(buckets, '60', '180')).toEqual({ first: 1, last: 3 });
    expect(zoomOf(buckets, '61', '239')).toEqual({ first: 2, last: 3 });
    for (const [from, to] of [
      [null, null],
      ['60', null],
      ['x', '1'],
      ['180', '60'],
      ['999999', '9999999'],
      ['60', '60'],
    ] as const)
      expect(isWhole(buckets, zoomOf(buckets, from, to))).toBe(true);
    expect(zoomBetween(buckets, -5, 1e9)).toEqual({ first: 0, last: 9 });
  });

  test('keeps its ends apart and inside', () => {
    const zoom = { first: 3, last: 5 };
    expect(withEnd(zoom, 'first', 9)).toEqual({ first: 4, last: 5 });
    expect(withEnd(zoom, 'last', 0)).toEqual({ first: 3, last: 4 });
    expect(movedZoom(buckets, zoom, -10)).toEqual({ first: 0, last: 2 });
    expect(movedZoom(buckets, zoom, 10)).toEqual({ first: 7, last: 9 });
    expect(movedZoom(buckets, zoom, 1)).toEqual({ first: 4, last: 6 });
  });
});

describe('texts of a plot', () => {
  test('have numbers and units of the language', () => {
    expect(numberTexts('en', 'milliseconds').plain(1234.567)).toBe('1,234.57 ms');
    expect(numberTexts('en', null).short(12_345)).toBe('12.3K');
    const { axis } = numberTexts('en', null);
    expect([1005, 1010, 12_500, 0.25].map(axis)).toEqual(['1,005', '1,010', '12.5K', '0.25']);
    expect(numberTexts('en', 'ratio').axis(0.005)).toBe('0.5%');
    expect(numberTexts('en', 'ratio').exact(0.123456)).toBe('12.3456%');
    expect(numberTexts('en', null).exact(0.1)).toBe('0.1');
    expect(numberTexts('pl', 'milliseconds').exact('1234567').replaceAll(/\s/g, ' ')).toBe('1 234 567 ms');
    expect(numberTexts('en', null).exact('(not set)')).toBe('(not set)');
    const [english, polish, chinese] = [textsIn('en'), textsIn('pl'), textsIn('zh')];
    expect([unitText(english, 'milliseconds'), unitText(polish, 'milliseconds')]).toEqual([
      'milliseconds',
      'milisekund',
    ]);
    expect([unitText(english, 'calls'), unitText(english, 'ratio'), unitText(english, null)]).toEqual([
      'calls',
      null,
      null,
    ]);
    expect([unitText(chinese, 'calls'), unitText(chinese, 'own unit')]).toEqual(['调用次数', 'own unit']);
    expect([0.125, -0.5, 0].map((value) => changeText('en', value))).toEqual(['+12.5%', '-50%', '0%']);
  });

  test('have times by the clocks of the report', () => {
    const offsetSeconds = 3600;
    const midnight = { atSeconds: start - offsetSeconds, offsetSeconds };
    const one = { atSeconds: start, offsetSeconds };
    expect([midnight, one].map(({ atSeconds }) => axisText([midnight, one], 'en')(atSeconds))).toEqual([
      'Nov 30',
      '01:00 AM',
    ]);
    expect(bucketText([midnight], 'en')(midnight)).toBe('Nov 30, 2026');
    expect(bucketText([midnight, one], 'en')(one)).toMatch(/^Nov 30, 2026, 1:00\sAM$/);
    const zoned = rangeText({ ...params, timeZone: 'Europe/Warsaw' }, 'en');
    expect(zoned).toMatch(/^Nov 30, 2026, 1:00\sAM – Nov 30, 2026, 4:00\sAM · Europe\/Warsaw$/);
    expect(rangeText(params, 'en')).toMatch(/ · UTC$/);
  });

  test('name weekdays and hours', () => {
    const { days, hours } = weekNames('en');
    expect([days[0], days[6], hours[0], hours[23]]).toEqual(['Mon', 'Sun', '00', '23']);
  });
});

test('a value without a neighbour has a mark, because a line would not show it', () => {
  expect(isolatedPositions([1, null, 2, 3, null, 0, null])).toEqual([0, 5]);
  expect(isolatedPositions([null, 4])).toEqual([1]);
  expect(isolatedPositions([1, 2])).toEqual([]);
  expect(isolatedPositions([])).toEqual([]);
});
