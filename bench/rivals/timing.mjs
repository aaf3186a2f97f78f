import { median } from '../api/latencies.mjs';

/** Returns the duration of `work` in milliseconds. */
export async function timed(work) {
  const beganMs = performance.now();
  await work();
  return performance.now() - beganMs;
}

/** Returns the result of `work`, or `otherwise` if it throws that the engine is out of memory. */
export async function unlessOutOfMemory(work, otherwise) {
  try {
    return await work();
  } catch (error) {
    if (/of memory/i.test(error.message)) return otherwise;
    throw error;
  }
}

/**
 * Returns the median time of each contestant, in their order. A contestant returns its time in milliseconds.
 * Contestants alternate, and each round begins with the next one, so that other load on the machine affects all of
 * them. When all are faster than `fastMs`, there are `fastRounds` rounds, because short times vary more. A contestant
 * that returned Infinity is not run again.
 */
export async function medianTimes(contestants, { rounds, fastRounds, fastMs = 1000 }) {
  const times = contestants.map(() => []);
  let neededRounds = rounds;
  for (let round = 0; round < neededRounds; round += 1) {
    for (const position of contestants.keys()) {
      const index = (position + round) % contestants.length;
      const isUnable = times[index].at(-1) === Infinity;
      times[index].push(isUnable ? Infinity : await contestants[index]());
    }
    if (round === 0 && Math.max(...times.flat()) < fastMs) neededRounds = fastRounds;
  }
  return times.map(median);
}

export function geometricMean(values) {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
