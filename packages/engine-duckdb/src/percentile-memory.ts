import { estimateFacts, readRanges } from '@hourglass/query';
import { AttemptFailure, type EngineTask } from '@hourglass/reports';
import type { InstanceLimits } from './duckdb-instance.ts';

/** Size of a value while DuckDB collects it: 8 bytes, in vectors that grow by doubling and are merged. */
const bytesPerValue = 24;
/** The share of a run's memory that values may take, which its limit does not cover. */
const largestShare = 1 / 4;

/** Returns whether the values for the percentiles of a report may take too much memory. */
function exceedsMemory(
  { plan, facts }: Pick<EngineTask, 'plan' | 'facts'>,
  { memoryMb }: Pick<InstanceLimits, 'memoryMb'>,
): boolean {
  const percentiles = plan.metrics.filter(({ function: name }) => name === 'percentile');
  const columns = new Set(percentiles.map(({ metric }) => metric)).size;
  const sealed = readRanges(plan).reduce((sum, range) => sum + estimateFacts(facts.segments, range), 0);
  return columns * (facts.hotRows + sealed) * bytesPerValue > memoryMb * 1024 * 1024 * largestShare;
}

/**
 * Returns the task with the way to compute its percentiles.
 * @throws AttemptFailure for statistics whose values do not fit into memory.
 */
export function withPercentileMethod<Task extends Pick<EngineTask, 'plan' | 'facts'>>(
  task: Task,
  limits: InstanceLimits,
): Task & { readonly countsValues: boolean } {
  const countsValues = exceedsMemory(task, limits);
  if (countsValues && task.plan.groups !== undefined)
    throw new AttemptFailure('memory', { memoryMb: limits.memoryMb });
  return { ...task, countsValues };
}
