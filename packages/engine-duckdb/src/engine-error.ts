import { ReportTooLarge } from '@hourglass/reports';
import type { InstanceLimits } from './duckdb-instance.ts';

/** What a user may read of a failure inside DuckDB. The error's `cause` is for the log. */
export function readableError(error: unknown, { memoryMb, maxSpillMb }: InstanceLimits): Error {
  const text = error instanceof Error ? error.message : String(error);
  const advice = 'ask for fewer groups or a shorter time range';
  if (text.includes('max_temp_directory_size')) {
    return new ReportTooLarge(
      `The report needs more than ${maxSpillMb} MB of temporary disk space: ${advice}`,
      error,
    );
  }
  if (text.includes('No space left on device')) {
    return new Error('The disk that the report is computed on is full', { cause: error });
  }
  if (text.startsWith('Out of Memory Error')) {
    return new ReportTooLarge(`The report needs more than ${memoryMb} MB of memory: ${advice}`, error);
  }
  return new Error('The report could not be computed', { cause: error });
}
