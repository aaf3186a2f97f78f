import { sweepArchives, type ObjectStore, type QueryStore } from '@hourglass/reports';
import type { PeriodicJob } from '../periodic-job.ts';

/** Deletes what attempts that died have left in the object store. */
export function sweepArchivesJob(ports: {
  readonly queries: QueryStore;
  readonly objects: ObjectStore;
}): PeriodicJob {
  return { name: 'sweep-archives', everyMs: 600_000, run: () => sweepArchives(ports) };
}
