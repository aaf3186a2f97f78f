import { median } from '../api/latencies.mjs';

/** Milliseconds that `work` takes. */
export async function timed(work) {
  const beganMs = performance.now();
  await work();
  return performance.now() - beganMs;
}

/**
 * The median of each contestant's times, in their order; each answers how many milliseconds it took. They take turns, and another one begins in every round, so that
 * what the machine does meanwhile meets all of them. Fast ones are measured more often: their times scatter more. Who answered
 * Infinity, because it cannot do the work, is not asked again.
 */
export async function medianTimes(contestants, { rounds, fastRounds, fastMs = 1000 }) {
  const times = contestants.map(() => []);
  let wanted = rounds;
  for (let round = 0; round < wanted; round += 1) {
    for (const turn of contestants.keys()) {
      const index = (turn + round) % contestants.length;
      const isUnable = times[index].at(-1) === Infinity;
      times[index].push(isUnable ? Infinity : await contestants[index]());
    }
    if (round === 0 && Math.max(...times.flat()) < fastMs) wanted = fastRounds;
  }
  return times.map(median);
}

export function geometricMean(values) {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
