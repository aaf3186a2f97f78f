/**
 * Returns `short` under `npm test`, and `full` in every suite with a command of its own. Tests whose cost grows with
 * their number of cases use it, so that `npm test` stays fast and `npm run test:long` and `test:abuse` run all cases.
 */
export function suiteSize({ short, full }: { readonly short: number; readonly full: number }): number {
  return (process.env['TEST_SUITE'] ?? 'short') === 'short' ? short : full;
}

/**
 * Returns `full` under `npm run test:cluster`, and `short` under `npm run test:long`, which runs the same files. A cluster
 * takes both cores, so that all cases would take longer than the rest of that suite.
 */
export function clusterSize({ short, full }: { readonly short: number; readonly full: number }): number {
  return process.env['TEST_SUITE'] === 'cluster' ? full : short;
}
