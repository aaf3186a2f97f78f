import type { ReportPart, ReportSlices } from './report-slices.ts';

/**
 * Creates slices that end at texts of the report's first key, in binary order. Each reads all facts of the report, and
 * has the groups of its own texts in memory.
 */
export function createKeySlices(report: ReportPart, boundaries: readonly string[]): ReportSlices {
  const { plan, keyRange } = report;
  let { limitRows } = plan;
  let after = keyRange?.after ?? null;
  let written = 0;
  const end = keyRange?.atMost ?? null;
  const isComplete = () => written > boundaries.length || limitRows === 0;
  const part = (atMost: string | null) => ({ plan: { ...plan, limitRows }, keyRange: { after, atMost } });

  return {
    get remaining() {
      return isComplete() ? null : part(end);
    },
    get isLast() {
      return written === boundaries.length;
    },
    next() {
      if (isComplete()) throw new Error('the report is already written completely');
      return part(boundaries[written] ?? end);
    },
    recordWritten(rows) {
      if (limitRows !== null) limitRows -= rows;
      after = boundaries[written] ?? after;
      written += 1;
    },
    completedShare: (shareOfNext) => (isComplete() ? 1 : (written + shareOfNext) / (boundaries.length + 1)),
  };
}
