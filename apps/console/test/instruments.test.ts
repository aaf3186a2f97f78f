import { describe, expect, test } from 'vitest';
import { chartsRequest, type Charts, dashboardRequest } from '@hourglass/contract';
import {
  chartLines,
  chartParameters,
  chosenInstruments,
  dashboardParameters,
  figureNames,
  isWithoutRecords,
  nameOfInstrument,
  prepareInstrumentPlots,
  prepareInstrumentRows,
  prepareTotals,
  type ChartLine,
  type FigureLabels,
} from '../src/records/instruments.ts';

const instruments = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => ({
  ...{ id, name: id === 'b' ? 'Balance' : null, location: id === 'b' ? 'Room 2' : null },
}));
const labels = Object.fromEntries(figureNames.map((name) => [name, `label of ${name}`])) as FigureLabels;
const asked = { chosen: ['[a', 'b'], first: '2026-01-01', last: '2026-01-31', unit: 'day' } as const;

/** The fields as the API reads them. */
function fieldsOf(parameters: URLSearchParams) {
  const { unit, fill } = Object.fromEntries(parameters);
  return {
    equipment: parameters.getAll('equipment[]'),
    resource: parameters.getAll('resource'),
    time: parameters.getAll('time'),
    ...(unit === undefined ? {} : { unit }),
    ...(fill === undefined ? {} : { fill }),
  };
}

describe('the choice of instruments', () => {
  test('is that of the URL, each once, or else the first of the list', () => {
    const of = (query: string) => chosenInstruments(new URLSearchParams(query), instruments);
    expect(of('equipment=x&equipment=b&equipment=x&equipment=&unit=month')).toEqual({
      chosen: ['x', 'b'],
      unit: 'month',
    });
    expect(of('unit=week')).toEqual({ chosen: ['a', 'b', 'c', 'd', 'e'], unit: 'day' });
    const many = new URLSearchParams(Array.from({ length: 200 }, (_, id) => ['equipment', String(id)]));
    expect(chosenInstruments(many, instruments).chosen).toHaveLength(100);
  });

  test('gives a line to each of up to eight instruments, and one to more', () => {
    expect(chartLines(['b', 'x'], instruments, 'all')).toEqual([
      { name: 'Balance (b)', ids: ['b'] },
      { name: 'x', ids: ['x'] },
    ]);
    const nine = Array.from({ length: 9 }, (_, id) => String(id));
    expect(chartLines(nine, instruments, 'all')).toEqual([{ name: 'all', ids: nine }]);
    expect(nameOfInstrument('x', [{ id: 'x', name: 'x', location: null }])).toBe('x');
  });

  test('makes requests that the contract accepts, also for an id that begins like JSON', () => {
    expect(dashboardRequest.parse(fieldsOf(dashboardParameters(asked)))).toMatchObject({
      equipment: ['[a', 'b'],
      time: ['bt', Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 31, 23, 59, 59)],
    });
    const line = { name: 'b', ids: ['b'] };
    expect(chartsRequest.parse(fieldsOf(chartParameters(line, 'break_time', asked)))).toMatchObject({
      ...{ equipment: ['b'], resource: ['status'], unit: 'day', fill: true },
    });
  });
});

describe('the plots of a figure', () => {
  const line = (name: string) => ({ name, ids: [name] });
  const record = (date: string, seconds: string, users = '1') => ({
    ...{ date, use_numbers: users, service_times: '1', service_time: seconds },
  });
  const days = { record: { detail: [record('2026-01-01', '7200'), record('2026-01-02', '0')] } };

  test('have a line for each instrument, with durations in hours', () => {
    const charts: readonly (readonly [ChartLine, Charts])[] = [
      [line('a'), days],
      [line('b'), { record: { detail: [record('2026-01-01', '3600'), record('2026-01-02', '5400')] } }],
    ];
    const { plots, metric } = prepareInstrumentPlots('service_time', charts, labels);
    expect(metric).toEqual({ name: 'label of service_time', type: 'FLOAT', unit: 'hours' });
    expect(plots.series?.series.map(({ name, values }) => [name, values])).toEqual([
      ['b', [1, 1.5]],
      ['a', [2, 0]],
    ]);
    expect(plots.series?.buckets.map(({ atSeconds }) => atSeconds * 1000)).toEqual([
      Date.UTC(2026, 0, 1),
      Date.UTC(2026, 0, 2),
    ]);
    expect(plots.views).toEqual(['lines', 'areas']);
    // Users of two instruments may be the same.
    expect(prepareInstrumentPlots('use_numbers', charts, labels).plots.views).toEqual(['lines']);
  });

  test('are bars for one month, and nothing where all is zero', () => {
    const month = { charge: { detail: [{ date: '2026-01', charge_amount: '12.5' }] } };
    const { plots } = prepareInstrumentPlots('charge_amount', [[line('a'), month]], labels);
    expect(plots.bars?.bars).toMatchObject([{ name: 'a', value: 12.5, exact: '12.5' }]);
    const none = { charge: { detail: [{ date: '2026-01', charge_amount: '0' }] } };
    expect(prepareInstrumentPlots('charge_amount', [[line('a'), none]], labels).plots.views).toEqual([]);
  });
});

describe('the figures of a range', () => {
  const dashboard = {
    record: {
      total: { use_numbers: 2, service_times: 3, service_time: 5400 },
      detail: [{ equipment: 'b', use_numbers: '2', service_times: '3', service_time: '5400' }],
    },
    charge: {
      total: { charge_amount: 12.5 },
      detail: [{ equipment: 'b', charge_amount: '99999999999999999.5' }],
    },
  };

  test('are totals under the labels, zero for a resource without data', () => {
    const totals = prepareTotals(dashboard, labels);
    expect(totals.figures.map(({ name, value }) => [name, value]).slice(0, 5)).toEqual([
      ['label of service_times', 3],
      ['label of service_time', 1.5],
      ['label of use_numbers', 2],
      ['label of charge_amount', 12.5],
      ['label of sample_times', 0],
    ]);
    expect(isWithoutRecords(totals)).toBe(false);
    expect(isWithoutRecords(prepareTotals({}, labels))).toBe(true);
  });

  test('have a row for every chosen instrument, with every digit', () => {
    const [known, unknown] = prepareInstrumentRows(dashboard, ['b', 'x'], instruments);
    expect(known).toMatchObject({ id: 'b', name: 'Balance', location: 'Room 2' });
    expect(known?.figures).toMatchObject({ charge_amount: '99999999999999999.5', service_time: 1.5 });
    expect(unknown).toMatchObject({ id: 'x', name: null, figures: { charge_amount: 0, service_times: 0 } });
  });
});
