/** Returns the median, the 99th percentile and the maximum of durations in milliseconds. */
export function summary(durationsMs) {
  const sorted = Float64Array.from(durationsMs).sort();
  const percentile = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return { p50Ms: percentile(0.5), p99Ms: percentile(0.99), longestMs: sorted.at(-1) };
}

export function median(numbers) {
  return summary(numbers).p50Ms;
}
