import type { ConsumptionDetails, HistoricalConsumptionDetails } from '@hourglass/contract';
import { numberTexts } from '../plot/number-text.ts';
import { preparePlots, type Plots } from '../plot/prepare-plot.ts';
import type { Column, Row } from '../rows/result.ts';
import { rangeUntil, type DayRange } from './days.ts';
import { textColumn, withoutAreas } from './instruments.ts';

export const sizeNames = ['committed_tib', 'consumed_tib', 'burst_tib', 'accrued_burst_tib'] as const;
export type SizeName = (typeof sizeNames)[number];
export type SizeLabels = Readonly<Record<SizeName, string>>;

const sizeUnit = 'TiB';
const defaultDays = 30;

/** The newest sample of a service level. Sizes have every digit. */
export interface CurrentLevel {
  readonly key: string;
  readonly subscription: string;
  readonly account: string;
  readonly level: string;
  readonly sizes: Readonly<Record<SizeName, string>>;
  /** Consumed, of what is committed; null: nothing is committed. */
  readonly share: number | null;
  /** `unused` also without a sample. */
  readonly state: 'unused' | 'within' | 'burst';
  /** Null: no sample. */
  readonly time: string | null;
}

/** Prepares a row for each service level of a customer. */
export function prepareLevels({ result }: ConsumptionDetails): readonly CurrentLevel[] {
  return result.records.flatMap(({ subscription, service_levels: levels }) =>
    levels.map(({ name, consumed_timestamp_utc: time, ...sizes }) => {
      const [committed, consumed] = [Number(sizes.committed_tib), Number(sizes.consumed_tib)];
      return {
        ...{ key: keyOf(subscription.number, name), subscription: subscription.number, level: name },
        ...{ account: subscription.account_name, sizes, time: time === '' ? null : time },
        share: committed > 0 ? consumed / committed : null,
        state: consumed <= 0 ? 'unused' : Number(sizes.burst_tib) > 0 ? 'burst' : 'within',
      };
    }),
  );
}

/** Returns the thirty days that end with the newest sample, or with `today`. */
export function rangeOfSamples(levels: readonly CurrentLevel[], today: string): DayRange {
  const newest = levels.flatMap(({ time }) => time?.slice(0, 10) ?? []).toSorted();
  return rangeUntil(newest.at(-1) ?? today, defaultDays);
}

export function historyParameters(customer: string, { first, last }: DayRange): URLSearchParams {
  return new URLSearchParams({ type: 'customer', id: customer, from_date_utc: first, to_date_utc: last });
}

/** A plot, and the columns that it can be about. */
export interface ConsumptionPlot {
  readonly plots: Plots;
  readonly metric: Column;
  readonly metrics: readonly Column[];
}

type Sample =
  HistoricalConsumptionDetails['results']['records'][number]['service_levels'][number]['historical_consumption'][number];

interface LevelSamples {
  readonly key: string;
  readonly samples: readonly Sample[];
}

/** Prepares committed against consumed and burst of one service level, a line each. */
export function prepareLevelPlot(
  history: HistoricalConsumptionDetails,
  level: string,
  labels: SizeLabels & { readonly size: string },
): ConsumptionPlot {
  const samples = levelsOf(history).find(({ key }) => key === level)?.samples ?? [];
  const metric = sizeColumn(labels.size);
  const rows = samples.flatMap((sample) =>
    sizeNames.map((name): Row => ({ ...timeOf(sample), line: labels[name], [metric.name]: sample[name] })),
  );
  const plots = plotsOf(rows, [metric], metric);
  // The lines are parts of each other: stacked they would say nothing. Their colours do not depend on the values.
  return {
    plots: withoutAreas(
      inOrder(
        plots,
        sizeNames.map((name) => labels[name]),
      ),
    ),
    metric,
    metrics: [metric],
  };
}

/** Prepares one size of all service levels, a line or area each. */
export function prepareLevelsPlot(
  history: HistoricalConsumptionDetails,
  size: SizeName,
  labels: SizeLabels,
): ConsumptionPlot {
  const metric = sizeColumn(labels[size]);
  const rows = levelsOf(history).flatMap(({ key, samples }) =>
    samples.map((sample): Row => ({ ...timeOf(sample), line: key, [metric.name]: sample[size] })),
  );
  const metrics = sizeNames.map((name) => sizeColumn(labels[name]));
  return { plots: plotsOf(rows, metrics, metric), metric, metrics };
}

/** Reads the size of the plot in the URL. */
export function sizeOf(name: string | null): SizeName {
  return sizeNames.find((size) => size === name) ?? 'consumed_tib';
}

/** Formats a decimal of any length with its unit. */
export function sizeText(decimal: string, tag: string): string {
  // The unit stays on the line of its number.
  return `${numberTexts(tag, sizeUnit).exact(decimal)}\u00a0${sizeUnit}`;
}

function plotsOf(rows: readonly Row[], metrics: readonly Column[], metric: Column): Plots {
  const shape = { metrics, dimensions: [textColumn('line')], time: textColumn('time') };
  return preparePlots(rows, shape, metric);
}

function inOrder(plots: Plots, names: readonly string[]): Plots {
  if (plots.series === null) return plots;
  const series = plots.series.series.toSorted(
    (one, other) => names.indexOf(one.name) - names.indexOf(other.name),
  );
  return { ...plots, series: { ...plots.series, series } };
}

function levelsOf({ results }: HistoricalConsumptionDetails): readonly LevelSamples[] {
  return results.records.flatMap(({ subscription, service_levels: levels }) =>
    levels.map(({ name, historical_consumption: samples }) => ({
      key: keyOf(subscription.number, name),
      samples,
    })),
  );
}

function keyOf(subscription: string, level: string): string {
  return `${subscription} · ${level}`;
}

function sizeColumn(name: string): Column {
  return { name, type: 'FLOAT', unit: sizeUnit };
}

/** In the form of a result, whose buckets are whole seconds. */
function timeOf({ timestamp_utc: time }: Sample): Row {
  return { time: `${time.slice(0, 10)} ${time.slice(11, 19)} UTC` };
}
