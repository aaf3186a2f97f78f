import type { SegmentUsage } from '@hourglass/contract';
import { prepareDatasetPlot } from '../../plot/dataset-plot.ts';
import type { SeriesPlot } from '../../plot/series.ts';

export const segmentMetrics = ['bytes', 'facts', 'segments'] as const;
export type SegmentMetric = (typeof segmentMetrics)[number];

const dayMs = 86_400_000;

/** Null: no facts are sealed. */
export function prepareSegmentPlot(
  { from, to, days }: SegmentUsage,
  metric: SegmentMetric,
): SeriesPlot | null {
  const points = days.map((day) => ({
    ...{ atMs: Date.parse(`${day.day}T00:00:00Z`), dataset: day.dataset, value: day[metric] },
  }));
  const plotted = { fromMs: Date.parse(from), endExclusiveMs: Date.parse(to), stepMs: dayMs };
  return prepareDatasetPlot(points, plotted, metric === 'bytes' ? 'bytes' : null);
}
