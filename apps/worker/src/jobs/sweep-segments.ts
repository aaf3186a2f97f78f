import { sweepSegments, type SweepPorts } from '@hourglass/facts';
import type { PeriodicJob } from '../periodic-job.ts';

/** Much longer than statistics and merges need to link the segments of their snapshot. */
const retiredForMs = 10 * 60_000;
/** Much longer than writing and storing a segment takes. */
const incomingForMs = 6 * 3_600_000;

const terms = { retiredForMs, incomingForMs, limit: 1_000 };

/** Deletes facts past their retention, and the objects of segments that no query reads any more. */
export function sweepSegmentsJob(ports: SweepPorts): PeriodicJob {
  return { name: 'sweep-segments', everyMs: 60_000, run: () => sweepSegments(ports, terms) };
}
