/** Coordinates periodic jobs between workers, so that one worker runs a job for all. */
export interface PeriodicJobs {
  /**
   * Returns true to exactly one caller per job and interval of `minIntervalMs`, by the database's
   * clock.
   */
  tryBegin(name: string, minIntervalMs: number): Promise<boolean>;
}
