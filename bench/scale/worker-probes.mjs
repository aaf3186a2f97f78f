// The periodic statements of the worker. No request waits for them, but they take processor time from those that clients wait for.
import { randomBytes } from 'node:crypto';
import { claimTerms } from './request-probes.mjs';

const dayMs = 86_400_000;

export async function workerProbes({ worker: { queries, segments, expiredQueryEvents, audit }, sql }) {
  const owner = { environmentId: 1, dataset: 'api' };
  const file = {
    ...{ bytes: 1, sha256: randomBytes(32).toString('hex'), facts: 1000, firstMs: Date.now() - dayMs },
    ...{ lastMs: Date.now(), columns: [{ name: 'apiproxy', type: 'text' }] },
  };
  const keys = (await sql(`select object_key from segments where state = 'incoming' limit 1000`)).map(
    (row) => row.object_key,
  );
  const mergeTerms = { targetFacts: 4_000_000, minSegments: 4 };
  // The name before the indexes of this size.
  const listMergeable = () => segments.listMergeable?.(mergeTerms) ?? segments.listCrowded(4);
  const mergeable = { maxFacts: mergeTerms.targetFacts / 2 };
  const registered = [];
  const live = (
    await sql(`select id from segments where state = 'live' and environment_id = 1 limit 21`)
  ).map(({ id }) => id);
  const probes = [
    ['reconciliation: overdue queries, each 5 s', 20, () => queries.failOverdue(claimTerms)],
    ['reconciliation: waiting queries, each 5 s', 20, () => queries.listWaiting(claimTerms, 1000)],
    ['expiry: a batch of 100 results', 10, () => queries.expireDue(100)],
    ['count of hot facts, for each batch', 50, () => segments.countHotFacts()],
    [
      'sealing: owners that are due, each second',
      20,
      () => segments.listDue({ minFacts: 250_000, maxAgeMs: 300_000 }),
    ],
    ['sealing: the oldest batches', 20, () => segments.oldestHotFacts(owner, { maxFacts: 1_000_000 })],
    [
      'sealing: registration of a segment',
      100,
      async (index) => (registered[index] = await segments.register(owner, file)),
    ],
    ['merging: owners with mergeable segments, each 10 s', 5, () => listMergeable()],
    ['merging: live segments of the largest', 5, () => segments.listLive(owner, mergeable)],
    [
      'merging: live segments of a large one',
      20,
      () => segments.listLive({ ...owner, environmentId: 100 }, mergeable),
    ],
    [
      'merging: replacement of a segment',
      20,
      (index) =>
        segments.replace({
          owner,
          replaced: [{ id: live[index], firstMs: Date.now(), deletions: [] }],
          segmentId: null,
          removed: 0,
          expiredBeforeMs: null,
        }),
    ],
    [
      'rewriting: segments with hidden facts, each 30 s',
      5,
      () => segments.listRewritable({ deletedForMs: 600_000, expiredForMs: 72_000_000 }, 20),
    ],
    ['sweep: segments past their retention, each 60 s', 5, () => segments.retireExpired()],
    ['sweep: abandoned segments, each 60 s', 20, () => segments.retireAbandoned(21_600_000_000)],
    ['sweep: deletable segments, each 60 s', 20, () => segments.listDeletable(150_000, 1000)],
    ['sweep: keys without a segment', 20, () => segments.unownedKeys(keys)],
    [
      'sweep: archives without a query',
      20,
      () =>
        queries.orphanedWork(
          keys
            .slice(0, 100)
            .map((key) => ({ key, queryId: '00000000-0000-4000-8000-000000000000', attempt: 1 })),
        ),
    ],
    ['changes that all results have seen, each hour', 3, () => queries.deleteSeenChanges(1)],
    ['idempotency keys past their time', 20, () => queries.deleteExpiredIdempotencyKeys(1000)],
    [
      'event log past its retention, each 10 minutes',
      5,
      () => expiredQueryEvents.deleteExpiredEvents({ days: 7, limit: 5000 }),
    ],
    [
      'audit log past its retention, each 10 minutes',
      5,
      () => audit.deleteExpired({ days: 400, maxRefusals: 500_000, limit: 5000 }),
    ],
  ];
  return probes.map(([name, calls, call]) => ({ name, calls, call }));
}
