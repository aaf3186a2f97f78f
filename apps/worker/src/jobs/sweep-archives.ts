import { sweepArchives, type ObjectStore, type QueryStore } from '@hourglass/reports';
import type { PeriodicJob } from '../periodic-job.ts';

/** Deletes orphaned archives from the object store. */
export function sweepArchivesJob(ports: {
  readonly queries: QueryStore;
  readonly objects: ObjectStore;
}): PeriodicJob {
  return { name: 'sweep-archives', everyMs: 600_000, run: () => sweepArchives(ports) };
}
