import type { Charts, Dashboard, InstrumentList } from '@hourglass/contract';
import type { FigurePlot } from '../plot/figures.ts';
import { preparePlots, type Plots } from '../plot/prepare-plot.ts';
import type { Column, Row } from '../rows/result.ts';
import type { DayRange } from './days.ts';

/** The figures in the order of the page, and the resource that has each. Only those of `follow` have no chart. */
const resources = {
  service_times: 'record',
  service_time: 'record',
  use_numbers: 'record',
  charge_amount: 'charge',
  sample_times: 'sample',
  break_times: 'status',
  break_time: 'status',
  training_times: 'training',
  approved_times: 'training',
  follow_numbers: 'follow',
} as const satisfies Record<string, keyof Dashboard>;

export type FigureName = keyof typeof resources;
export type ChartedFigure = Exclude<FigureName, 'follow_numbers'>;
export type FigureLabels = Readonly<Record<FigureName, string>>;

export const figureNames = Object.keys(resources) as readonly FigureName[];
export const chartedFigures = figureNames.filter((name): name is ChartedFigure => name !== 'follow_numbers');

/** Seconds in the contract, hours for people. */
const durations: ReadonlySet<FigureName> = new Set(['service_time', 'break_time']);
const hourSeconds = 3600;

const maxLines = 8;
const defaultInstruments = 5;
/** The addresses of requests are limited to 16 KiB. */
const maxInstruments = 100;

type Instrument = InstrumentList['instruments'][number];
type BucketUnit = 'day' | 'month';

/** Instruments, range and unit that the URL of the page asks for. */
export interface InstrumentSearch extends DayRange {
  /** Ids of instruments; at least one. */
  readonly chosen: readonly string[];
  readonly unit: BucketUnit;
}

/** Reads the instruments and the unit in the URL; without any, the first instruments by id. */
export function chosenInstruments(
  search: URLSearchParams,
  instruments: readonly Instrument[],
): Pick<InstrumentSearch, 'chosen' | 'unit'> {
  const ids = [...new Set(search.getAll('equipment'))].filter((id) => id !== '').slice(0, maxInstruments);
  return {
    chosen: ids.length > 0 ? ids : instruments.slice(0, defaultInstruments).map(({ id }) => id),
    unit: search.get('unit') === 'month' ? 'month' : 'day',
  };
}

/** Reads the figure of the chart in the URL. */
export function chartedFigureOf(name: string | null): ChartedFigure {
  return chartedFigures.find((figure) => figure === name) ?? 'service_times';
}

export function dashboardParameters({ chosen, first, last }: InstrumentSearch): URLSearchParams {
  return parametersOf(chosen, [...new Set(Object.values(resources))], { first, last });
}

/** The parameters of a chart of one figure, zeros included. */
export function chartParameters(
  line: ChartLine,
  figure: ChartedFigure,
  search: InstrumentSearch,
): URLSearchParams {
  const parameters = parametersOf(line.ids, [resources[figure]], search);
  parameters.append('unit', search.unit);
  parameters.append('fill', 'true');
  return parameters;
}

function parametersOf(
  ids: readonly string[],
  names: readonly string[],
  { first, last }: DayRange,
): URLSearchParams {
  // With brackets, because an id may begin like a JSON array.
  return new URLSearchParams([
    ...ids.map((id) => ['equipment[]', id]),
    ...names.map((name) => ['resource', name]),
    ...['bt', `${first} 00:00:00`, `${last} 23:59:59`].map((time) => ['time', time]),
  ]);
}

/** A line of the chart. */
export interface ChartLine {
  readonly name: string;
  readonly ids: readonly string[];
}

/** A line for each instrument; for more than eight one line of all, named `together`. */
export function chartLines(
  chosen: readonly string[],
  instruments: readonly Instrument[],
  together: string,
): readonly ChartLine[] {
  if (chosen.length > maxLines) return [{ name: together, ids: chosen }];
  return chosen.map((id) => ({ name: nameOfInstrument(id, instruments), ids: [id] }));
}

/** The name with the id, which alone is unique. */
export function nameOfInstrument(id: string, instruments: readonly Instrument[]): string {
  const name = instruments.find((instrument) => instrument.id === id)?.name ?? null;
  return name === null || name === id ? id : `${name} (${id})`;
}

/** Prepares the lines of a figure, or bars where there is one bucket only. */
export function prepareInstrumentPlots(
  figure: ChartedFigure,
  charts: readonly (readonly [ChartLine, Charts])[],
  labels: FigureLabels,
): { readonly plots: Plots; readonly metric: Column } {
  const metric = columnOf(figure, labels);
  const rows = charts.flatMap(([{ name }, chart]) =>
    (chart[resources[figure]]?.detail ?? []).map((bucket): Row => {
      const value: unknown = Object.entries(bucket).find(([key]) => key === figure)?.[1];
      return { time: bucketTime(bucket.date), line: name, [metric.name]: valueOf(figure, value) };
    }),
  );
  const [line, time] = [textColumn('line'), textColumn('time')];
  const plots = preparePlots(rows, { metrics: [metric], dimensions: [line], time }, metric);
  // A user of two instruments is one user, so those of several do not add up.
  return { plots: figure === 'use_numbers' ? withoutAreas(plots) : plots, metric };
}

export function withoutAreas(plots: Plots): Plots {
  return { ...plots, views: plots.views.filter((view) => view !== 'areas') };
}

export function columnOf(figure: FigureName, labels: FigureLabels): Column {
  return { name: labels[figure], type: 'FLOAT', unit: durations.has(figure) ? 'hours' : null };
}

/** Prepares the totals of all chosen instruments. */
export function prepareTotals(dashboard: Dashboard, labels: FigureLabels): FigurePlot {
  const figures = figureNames.map((figure) => {
    const total: object = dashboard[resources[figure]]?.total ?? {};
    return {
      ...{ name: labels[figure], unit: columnOf(figure, labels).unit, value: figureIn(total, figure) },
      ...{ previous: null, change: null, isCompared: false },
    };
  });
  return { kind: 'figures', figures };
}

/** The figures of an instrument in the range. */
export interface InstrumentRow {
  readonly id: string;
  readonly name: string | null;
  readonly location: string | null;
  /** 0: nothing happened. */
  readonly figures: Readonly<Record<FigureName, Row[string]>>;
}

/** Prepares a row for each chosen instrument. */
export function prepareInstrumentRows(
  dashboard: Dashboard,
  chosen: readonly string[],
  instruments: readonly Instrument[],
): readonly InstrumentRow[] {
  return chosen.map((id) => {
    const known = instruments.find((instrument) => instrument.id === id);
    const figures = figureNames.map((figure) => {
      const details: readonly { readonly equipment: string }[] = dashboard[resources[figure]]?.detail ?? [];
      return [figure, figureIn(details.find(({ equipment }) => equipment === id) ?? {}, figure)] as const;
    });
    return {
      ...{ id, name: known?.name ?? null, location: known?.location ?? null },
      figures: Object.fromEntries(figures) as InstrumentRow['figures'],
    };
  });
}

/** Whether nothing happened to any instrument in the range. */
export function isWithoutRecords({ figures }: FigurePlot): boolean {
  return figures.every(({ value }) => Number(value) === 0);
}

function figureIn(figures: object, figure: FigureName): Row[string] {
  const value: unknown = Object.entries(figures).find(([key]) => key === figure)?.[1];
  return valueOf(figure, value);
}

/** Texts keep every digit. */
function valueOf(figure: FigureName, value: unknown): Row[string] {
  if (durations.has(figure)) return Number(value ?? 0) / hourSeconds;
  return typeof value === 'string' ? value : Number(value ?? 0);
}

/** The beginning of a day or month by the clocks of the installation, in the form of a result. */
function bucketTime(date: string): string {
  return `${date.length === 'YYYY-MM'.length ? `${date}-01` : date} 00:00:00 UTC`;
}

export function textColumn(name: string): Column {
  return { name, type: 'STRING', unit: null };
}
