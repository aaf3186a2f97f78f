import type { EnvironmentUsage, IngestUsage } from '@hourglass/contract';
import { prepareDatasetPlot } from '../../plot/dataset-plot.ts';
import type { SeriesPlot } from '../../plot/series.ts';

/** Something with a limit. */
export interface Meter {
  readonly name: 'submissions' | 'activeQueries' | 'scheduledQueries' | 'schedules';
  readonly used: number;
  readonly limit: number;
  /** 0 to 1. A lowered limit may be exceeded. */
  readonly share: number;
  readonly left: number;
}

const names = ['submissions', 'activeQueries', 'scheduledQueries', 'schedules'] as const;

export function prepareMeters(usage: EnvironmentUsage): readonly Meter[] {
  return names.map((name) => {
    const { used, limit } = usage[name];
    return { name, used, limit, share: Math.min(1, used / limit), left: Math.max(0, limit - used) };
  });
}

/** Returns the time at which the oldest submission leaves the hour, or the next one is accepted. Null: there is none. */
export function renewalOf({ at, submissions }: EnvironmentUsage): Date | null {
  if (submissions.used === 0) return null;
  return new Date(Date.parse(at) + submissions.renewsInSeconds * 1000);
}

/** The stored facts of all datasets together. */
export interface Storage {
  readonly hotFacts: number;
  readonly sealedFacts: number;
  readonly segments: number;
  readonly segmentBytes: number;
}

export function prepareStorage({ facts }: Pick<EnvironmentUsage, 'facts'>): Storage {
  const sumOf = (valueOf: (dataset: EnvironmentUsage['facts'][number]) => number) =>
    facts.reduce((sum, dataset) => sum + valueOf(dataset), 0);
  return {
    hotFacts: sumOf(({ hotFacts }) => hotFacts),
    sealedFacts: sumOf(({ segmentFacts }) => segmentFacts),
    segments: sumOf(({ segments }) => segments),
    segmentBytes: sumOf(({ segmentBytes }) => segmentBytes),
  };
}

const stepsMs = { hour: 3_600_000, day: 86_400_000 } as const;

/** Null: nothing was accepted. */
export function prepareIngestPlot({ unit, from, to, buckets }: IngestUsage): SeriesPlot | null {
  const points = buckets.map(({ start, dataset, facts }) => ({
    atMs: Date.parse(start),
    dataset,
    value: facts,
  }));
  const plotted = { fromMs: Date.parse(from), endExclusiveMs: Date.parse(to), stepMs: stepsMs[unit] };
  return prepareDatasetPlot(points, plotted, null);
}
