import type { ImportState } from '../../import/import-state.ts';
import type { ReportBody } from '../../report/report-body.ts';
import type { TextKey } from '../../text/languages.ts';

const hourMs = 3_600_000;

/** Returns how much of the files was read, from 0 to 1. */
export function readShare({ readBytes, totalBytes }: Pick<ImportState, 'readBytes' | 'totalBytes'>): number {
  return totalBytes === 0 ? 1 : Math.min(readBytes / totalBytes, 1);
}

/** Returns the report of errors by hour over the facts of an import, whole hours; null without facts. */
export function errorsByHour(
  { firstMs, lastMs }: Pick<ImportState, 'firstMs' | 'lastMs'>,
  name: string,
): ReportBody | null {
  if (firstMs === null || lastMs === null) return null;
  return {
    name,
    metrics: [
      { name: 'is_error', function: 'sum' },
      { name: 'message_count', function: 'sum' },
    ],
    groupByTimeUnit: 'hour',
    timeRange: { start: hourAt(firstMs), end: hourAt(lastMs + hourMs) },
  };
}

/** Returns the start of the hour. */
function hourAt(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 13)}:00:00Z`;
}

/** Returns the sentence for what holds an import up; null: the API's own message says it. */
export function problemKey({ phase, problem }: Pick<ImportState, 'phase' | 'problem'>): TextKey | null {
  if (problem === null) return null;
  if (problem.code === 'file') return 'import.packed';
  if (problem.code === 'unexpected') return 'import.unexpected';
  if (phase === 'waiting') return problem.status === 429 ? 'import.busy' : 'import.offline';
  return problem.status === 401 ? 'import.signedOut' : null;
}
