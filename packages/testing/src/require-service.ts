export interface ServiceNeed {
  /** As a person would say it: `redis-server`, `an S3-compatible server`. */
  readonly service: string;
  /** Why it cannot be had on this machine; null when it can. */
  readonly problem: string | null;
  /** The environment of the test run; `CI=true` makes a missing service a failure. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * For `describe.skipIf`: true when tests of a real service have to be skipped, which is said aloud. The one place
 * that decides it, so that no suite can pass in CI by quietly not running.
 * @throws Error instead of skipping under `CI=true`.
 */
export function isServiceMissing({ service, problem, environment }: ServiceNeed): boolean {
  if (problem === null) return false;
  if (environment['CI'] === 'true') throw new Error(`CI needs ${service} for its tests: ${problem}`);
  console.warn(`\n  SKIPPED: the tests against ${service} cannot run on this machine: ${problem}\n`);
  return true;
}
