/**
 * Returns `short` under `npm test`, and `full` in every suite with a command of its own. Tests whose cost grows with
 * their number of cases use it, so that `npm test` stays fast and `npm run test:long` and `test:abuse` run all cases.
 */
export function suiteSize({ short, full }: { readonly short: number; readonly full: number }): number {
  return (process.env['TEST_SUITE'] ?? 'short') === 'short' ? short : full;
}
