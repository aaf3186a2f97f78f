export interface ServiceNeed {
  /** A readable name: `redis-server`, `an S3-compatible server`. */
  readonly service: string;
  /** The reason why it is not available on this machine; null if it is. */
  readonly problem: string | null;
  /** The environment of the test run; `CI=true` makes a missing service a failure. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * For `describe.skipIf`: returns true, with a warning, when the tests of a real service must be skipped. It is the
 * only place that decides this, so that no suite passes in CI without running.
 * @throws Error instead of skipping under `CI=true`.
 */
export function isServiceMissing({ service, problem, environment }: ServiceNeed): boolean {
  if (problem === null) return false;
  if (environment['CI'] === 'true') throw new Error(`CI needs ${service} for its tests: ${problem}`);
  console.warn(`\n  SKIPPED: the tests against ${service} cannot run on this machine: ${problem}\n`);
  return true;
}
