import type { Column, Row } from '../rows/result.ts';
import { prepareSeries, type SeriesPlot } from './series.ts';

/** A number of a dataset for an hour or a day. */
export interface DatasetPoint {
  readonly atMs: number;
  readonly dataset: string;
  readonly value: number;
}

export interface PlottedTime {
  readonly fromMs: number;
  readonly endExclusiveMs: number;
  readonly stepMs: number;
}

const time: Column = { name: 'time', type: 'DATETIME', unit: null };
const dataset: Column = { name: 'dataset', type: 'STRING', unit: null };

/**
 * Prepares a line for each dataset over the whole time, in UTC: without a point, the value is 0. Null: there is no point.
 * @param unit of the values, as metrics have them
 */
export function prepareDatasetPlot(
  points: readonly DatasetPoint[],
  { fromMs, endExclusiveMs, stepMs }: PlottedTime,
  unit: string | null,
): SeriesPlot | null {
  if (points.length === 0) return null;
  const metric: Column = { name: 'value', type: 'INTEGER', unit };
  const valueOf = new Map(points.map((point) => [`${point.atMs} ${point.dataset}`, point.value]));
  const names = [...new Set(points.map((point) => point.dataset))];
  const rows: Row[] = [];
  for (let atMs = fromMs; atMs < endExclusiveMs; atMs += stepMs) {
    const text = new Date(atMs).toISOString();
    const bucket = `${text.slice(0, 10)} ${text.slice(11, 19)} UTC`;
    for (const name of names) {
      rows.push({ time: bucket, dataset: name, value: valueOf.get(`${atMs} ${name}`) ?? 0 });
    }
  }
  return prepareSeries(rows, { dimensions: [dataset], time }, metric, undefined);
}
