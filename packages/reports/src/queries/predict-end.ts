import type { QueueLoad, QueuePlace, Run } from './queue-place.ts';

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
/** Actual by predicted run time on an unknown machine, used until enough queries have completed. */
const unknownRatios = [0.5, 0.75, 1, 1.5, 3];
const minMeasuredRuns = 10;
const samples = 200;
/** Queries beyond it have the mean run time of those before. */
const maxSimulated = 200;
/** Between the end of a run and the state that a client sees: wake-up, claim and publication. */
const overheadSeconds = 0.1;

/**
 * Predicts the end of a waiting query by simulating the queue many times. A run takes the time of its facts at the
 * measured throughput, times a ratio of actual to predicted time that is drawn from recent runs. The number of
 * running queries is taken as the number of slots, because a query waits only when all are taken.
 * @param random returns 0 inclusive to 1 exclusive
 */
export function predictEnd(place: QueuePlace, load: QueueLoad, random: () => number): PredictedEnd {
  const model = runModel(load.past);
  const draw = (facts: number) => model.secondsOf(facts) * (pick(model.ratios, random) ?? 1);
  const ends = Array.from({ length: samples }, () => simulatedEnd(place, load, draw)).toSorted(
    (one, other) => one - other,
  );
  return { p50: toTenths(quantile(ends, 0.5)), p90: toTenths(quantile(ends, 0.9)) };
}

function simulatedEnd(
  { facts, ours, others, equalForSeconds }: QueuePlace,
  { running, waiting }: QueueLoad,
  draw: (facts: number) => number,
): number {
  if (equalForSeconds !== null) return remaining({ facts, seconds: equalForSeconds }, draw) + overheadSeconds;
  const slots = running.length === 0 ? [0] : running.map((run) => remaining(run, draw));
  const ahead = ours + others;
  const simulated = waiting.slice(0, Math.min(ahead, maxSimulated));
  let total = 0;
  for (const next of simulated) {
    const seconds = draw(next) + overheadSeconds;
    total += seconds;
    occupy(slots, seconds);
  }
  const beyond = ahead - simulated.length;
  const meanSeconds = total / Math.max(1, simulated.length);
  return Math.min(...slots) + (beyond * meanSeconds) / slots.length + draw(facts) + overheadSeconds;
}

/** Gives the run to the slot that is free first. */
function occupy(slots: number[], seconds: number): void {
  const first = slots.indexOf(Math.min(...slots));
  slots[first] = (slots[first] ?? 0) + seconds;
}

/** A run that takes longer than predicted will probably take some of its time again. */
function remaining({ facts, seconds }: Run, draw: (facts: number) => number): number {
  return Math.max(draw(facts) - seconds, seconds / 4);
}

interface RunModel {
  readonly secondsOf: (facts: number) => number;
  readonly ratios: readonly number[];
}

function runModel(past: readonly Run[]): RunModel {
  const large = past.filter(({ facts }) => facts >= minMeasuredFacts);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const measured = sum(large.map(({ facts }) => facts)) / sum(large.map(({ seconds }) => seconds));
  const factsPerSecond = measured > 0 && Number.isFinite(measured) ? measured : defaultFactsPerSecond;
  const secondsOf = (facts: number) => minSeconds + facts / factsPerSecond;
  if (past.length < minMeasuredRuns) return { secondsOf, ratios: unknownRatios };
  return { secondsOf, ratios: past.map(({ facts, seconds }) => seconds / secondsOf(facts)) };
}

function pick<Item>(items: readonly Item[], random: () => number): Item | undefined {
  return items[Math.floor(random() * items.length)];
}

/** The smallest value that at least this share of the sorted values does not exceed. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
}

function toTenths(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}
