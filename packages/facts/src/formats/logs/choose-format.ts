import type { LogFormat } from './log-format.ts';
import { matchLine } from './match-line.ts';
import type { LogEntry } from './log-entry.ts';

/** Returns the format that reads the most of the lines, or null if none reads any. */
export function chooseFormat(formats: readonly LogFormat[], lines: readonly string[]): LogFormat | null {
  let best: { format: LogFormat; count: number } | null = null;
  for (const format of formats) {
    const count = lines.filter((line) => isPlausible(matchLine(format, line)?.entry)).length;
    if (count > (best?.count ?? 0)) best = { format, count };
    if (best?.count === lines.length) break;
  }
  return best?.format ?? null;
}

/** Tells formats apart that differ only in the order of two times: a target takes no longer than the call. */
function isPlausible(entry: LogEntry | undefined): boolean {
  if (entry === undefined) return false;
  return (entry.target_response_time ?? 0) <= (entry.total_response_time ?? Infinity);
}
