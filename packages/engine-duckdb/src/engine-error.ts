import type { InstanceLimits } from './duckdb-instance.ts';

/** What a user may read of a failure inside DuckDB. The error's `cause` is for the log. */
export function readableError(error: unknown, limits: InstanceLimits): Error {
  return new Error(readableMessage(error instanceof Error ? error.message : String(error), limits), {
    cause: error,
  });
}

function readableMessage(text: string, { memoryMb, maxSpillMb }: InstanceLimits): string {
  const advice = 'ask for fewer groups or a shorter time range';
  if (text.includes('max_temp_directory_size'))
    return `The report needs more than ${maxSpillMb} MB of temporary disk space: ${advice}`;
  if (text.includes('No space left on device')) return 'The disk that the report is computed on is full';
  if (text.startsWith('Out of Memory Error'))
    return `The report needs more than ${memoryMb} MB of memory: ${advice}`;
  return 'The report could not be computed';
}
