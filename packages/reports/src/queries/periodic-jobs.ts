/** Jobs that every worker has and of which one at a time does a turn for all. */
export interface PeriodicJobs {
  /** Of all that ask for a job's turn within `minIntervalMs`, by the database's clock, one is told true. */
  tryBegin(name: string, minIntervalMs: number): Promise<boolean>;
}
