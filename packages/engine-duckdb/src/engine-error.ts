import { AttemptFailure, ReportImpossible } from '@hourglass/reports';
import type { InstanceLimits } from './duckdb-instance.ts';

/** A failure inside DuckDB as what a user may read. DuckDB's own text, which names server paths, is in `cause`. */
export function readableError(error: unknown, { memoryMb, maxSpillMb }: InstanceLimits): AttemptFailure {
  const text = error instanceof Error ? error.message : String(error);
  const options = { cause: error };
  if (text.includes('max_temp_directory_size'))
    return new AttemptFailure('temporaryDisk', { maxSpillMb }, options);
  if (text.includes('No space left on device')) return new AttemptFailure('diskFull', {}, options);
  if (text.startsWith('Out of Memory Error')) return new AttemptFailure('memory', { memoryMb }, options);
  return new AttemptFailure('computation', {}, options);
}

/** What failed, for whoever asked for the report: the reason of an abort, what is impossible, or a readable error. */
export function explainedError(error: unknown, signal: AbortSignal, limits: InstanceLimits): unknown {
  if (signal.aborted) return signal.reason;
  return error instanceof ReportImpossible ? error : readableError(error, limits);
}

export function isOutOfMemory(error: unknown): boolean {
  return error instanceof AttemptFailure && error.failure === 'memory';
}
