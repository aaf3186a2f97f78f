import { AttemptFailure, ReportImpossible } from '@hourglass/reports';
import type { InstanceLimits } from './duckdb-instance.ts';

/** Texts of the operating system, with which errors of files end. */
const diskFull = /No space left on device|Disk quota exceeded/;
const diskBroken =
  /^IO Error: .*(?:Input\/output error|Not a directory|not a directory!|Read-only file system|Permission denied)/;

/**
 * Converts an error of DuckDB to a failure with a message for users. DuckDB's own message, which
 * contains server paths, is in `cause`.
 */
export function toAttemptFailure(error: unknown, { memoryMb, maxSpillMb }: InstanceLimits): AttemptFailure {
  const text = error instanceof Error ? error.message : String(error);
  const options = { cause: error };
  if (text.includes('max_temp_directory_size'))
    return new AttemptFailure('temporaryDisk', { maxSpillMb }, options);
  if (diskFull.test(text)) return new AttemptFailure('diskFull', {}, options);
  if (diskBroken.test(text)) return new AttemptFailure('diskBroken', {}, options);
  if (text.startsWith('Out of Memory Error')) return new AttemptFailure('memory', { memoryMb }, options);
  return new AttemptFailure('computation', {}, options);
}

/**
 * Converts an error of a run to the error that its caller receives: the abort reason,
 * `ReportImpossible` or a failure as they are, or else a failure.
 */
export function toTaskError(error: unknown, signal: AbortSignal, limits: InstanceLimits): unknown {
  if (signal.aborted) return signal.reason;
  const isMeant = error instanceof ReportImpossible || error instanceof AttemptFailure;
  return isMeant ? error : toAttemptFailure(error, limits);
}

/** Whether a smaller part of the same report may fit: into the memory, or into the disk space for what is spilled. */
export function isTooLarge(error: unknown): boolean {
  return error instanceof AttemptFailure && ['memory', 'temporaryDisk'].includes(error.failure);
}
