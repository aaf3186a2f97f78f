import { randomUUID } from 'node:crypto';
import { suiteSize, temporaryFolder, type TemporaryFolder } from '@hourglass/testing';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { databaseWithTenant, type DatabaseWithTenant } from './database-with-tenant.ts';
import { ReuseWorld, type Step } from './reuse-world.ts';

let db: DatabaseWithTenant;
let folder: TemporaryFolder;
beforeAll(async () => {
  [db, folder] = await Promise.all([databaseWithTenant(), temporaryFolder()]);
});
afterAll(async () => {
  await Promise.all([db.close(), folder.remove()]);
});

/** Submissions and runs are most frequent, so that there are results to share between the changes. */
const weights: readonly (readonly [operation: Step[0], weight: number])[] = [
  ['submit', 9],
  ['claim', 5],
  ['readSnapshot', 5],
  ['complete', 5],
  ['runQuery', 5],
  ['openBatch', 2],
  ['commit', 2],
  ['rollback', 1],
  ['deleteBatch', 1],
  ['deleteRange', 1],
  ['setRetention', 1],
  ['purge', 1],
  ['seal', 1],
  ['merge', 1],
  ['cancel', 1],
  ['requeue', 1],
  ['fail', 1],
  ['expire', 1],
];
const step: fc.Arbitrary<Step> = fc.tuple(
  fc.oneof(...weights.map(([operation, weight]) => ({ arbitrary: fc.constant(operation), weight }))),
  fc.nat(1_000),
);

test('a shared result is one that a snapshot at the submission would give, however facts and queries change', async () => {
  let [interleavings, shared] = [0, 0];
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 40 }), async (steps) => {
      const tenant = await db.admin.createEnvironment({ organization: 'acme', name: randomUUID() });
      const world = new ReuseWorld(db, tenant, folder.path);
      try {
        await world.run(steps);
      } finally {
        await db.sql(
          `update queries set state = 'cancelled' where environment_id = $1 and state in ('enqueued', 'running')`,
          [tenant.environmentId],
        );
      }
      interleavings += 1;
      shared += world.shared;
    }),
    { numRuns: Number(process.env['REUSE_INTERLEAVINGS'] ?? suiteSize({ short: 60, full: 1_000 })) },
  );
  console.log(`${shared} shared results in ${interleavings} interleavings`);
  expect(shared).toBeGreaterThan(interleavings / 2);
}, 7_200_000);
