import type { PastRun, QueueLoad, QueuePlace, Run } from './queue-place.ts';

/** Seconds until a query completes: within these in half, and in nine of ten cases. */
export interface PredictedEnd {
  readonly p50: number;
  readonly p90: number;
}

/** Run time of a query without facts, and throughput until large queries have completed. */
const minSeconds = 0.3;
const defaultFactsPerSecond = 1_000_000;
/** In smaller queries, fixed costs hide the scan speed. */
const minMeasuredFacts = 100_000;
/** The newest runs tell how fast the machine is now. */
const measuredRuns = 50;
/** Actual by predicted time, until enough predictions can be compared with the past. */
const unknownErrors = [0.25, 0.5, 1, 2, 4];
const minErrors = 20;
/** More than nine of ten, because the past lacks the latest of all: those that still wait. */
const shareForP90 = 0.93;

/** Predicts ends of waiting queries from a load, which is analyzed once. */
export type PredictEnd = (place: QueuePlace) => PredictedEnd;

/**
 * Measures the installation by the runs that have ended. The work ahead of a query is the predicted time of every waiting
 * and running query before it, divided by the slots that are taken. How far this is from the truth is measured on the past
 * (conformal prediction): the end of each recent query is predicted from the runs that had ended when it was submitted, and the
 * quantiles of actual by predicted time are those of the next prediction.
 */
export function endPredictor({ waiting, running, past }: QueueLoad): PredictEnd {
  const secondsOf = runTime(past);
  const pace = paceOf(past, secondsOf);
  const measured = errorsOf(past, secondsOf);
  const errors = (measured.length < minErrors ? unknownErrors : measured).toSorted(
    (one, other) => one - other,
  );
  const meanWaiting = waiting.length === 0 ? 0 : sum(waiting.map(secondsOf)) / waiting.length;
  const runningSeconds = sum(running.map(({ facts }) => secondsOf(facts)));

  return ({ facts, ours, others, equalForSeconds }) => {
    const ahead = ours + others;
    const listed = waiting.slice(0, ahead);
    const aheadSeconds = sum(listed.map(secondsOf)) + (ahead - listed.length) * meanWaiting + runningSeconds;
    const seconds =
      equalForSeconds === null
        ? pace * (aheadSeconds / Math.max(1, running.length) + secondsOf(facts))
        : remaining(pace * secondsOf(facts), equalForSeconds);
    return {
      p50: toTenths(seconds * quantile(errors, 0.5)),
      p90: upToTenths(seconds * quantile(errors, shareForP90)),
    };
  };
}

/** A run that takes longer than predicted will probably take some of its time again. */
function remaining(predictedSeconds: number, elapsedSeconds: number): number {
  return Math.max(predictedSeconds - elapsedSeconds, elapsedSeconds / 4);
}

type RunTime = (facts: number) => number;

function runTime(past: readonly Run[]): RunTime {
  const large = past.filter(({ facts }) => facts >= minMeasuredFacts);
  const measured = sum(large.map(({ facts }) => facts)) / sum(large.map(({ seconds }) => seconds));
  const factsPerSecond = measured > 0 && Number.isFinite(measured) ? measured : defaultFactsPerSecond;
  return (facts) => minSeconds + facts / factsPerSecond;
}

/** Actual by predicted time of the newest runs. */
function paceOf(newestFirst: readonly Run[], secondsOf: RunTime): number {
  const newest = newestFirst.slice(0, measuredRuns);
  if (newest.length === 0) return 1;
  return sum(newest.map(({ seconds }) => seconds)) / sum(newest.map(({ facts }) => secondsOf(facts)));
}

/** Actual by predicted time from submission to end, for each query of the past before which enough runs had ended. */
function errorsOf(past: readonly PastRun[], secondsOf: RunTime): readonly number[] {
  return past.flatMap(({ facts, createdAt, endedAt }) => {
    const before = past.filter((run) => run.endedAt <= createdAt);
    if (before.length < minErrors / 2) return [];
    const active = past.filter((run) => run.createdAt < createdAt && run.endedAt > createdAt);
    const slots = active.filter((run) => run.endedAt - run.seconds <= createdAt).length;
    const aheadSeconds = sum(active.map((run) => secondsOf(run.facts))) / Math.max(1, slots);
    return [(endedAt - createdAt) / (paceOf(before, secondsOf) * (aheadSeconds + secondsOf(facts)))];
  });
}

/** The smallest value that at least this share of the next values will not exceed. */
function quantile(sorted: readonly number[], share: number): number {
  const rank = Math.ceil(share * (sorted.length + 1));
  return sorted[Math.min(rank, sorted.length) - 1] ?? 1;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function toTenths(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}

/** Rounds a bound up, so that it covers no less. Ignores the rounding error of the product. */
function upToTenths(seconds: number): number {
  return Math.ceil(seconds * 10 - 1e-6) / 10;
}
