import { expect, test } from 'vitest';
import type { QueryRecord } from '../../src/queries/query-record.ts';
import { enqueuedRecord } from '../../src/queries/query-record.ts';
import { archiveKeyOf } from '../../src/results/archive-key.ts';
import type { ObjectStore } from '../../src/results/object-store.ts';
import { openResult } from '../../src/results/open-result.ts';
import { planOf } from '../queries/query-life/world.ts';

const [id, other] = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'];
const plan = planOf('acme');
const foreignPlan = { ...plan, tenant: { ...plan.tenant, environmentId: 11 } };

const opened: string[] = [];
const objects = {
  stat: (key: string) => {
    opened.push(key);
    return Promise.resolve({ bytes: 1, etag: 'e' });
  },
} as unknown as ObjectStore;

function open(archiveKey: string) {
  const submitted = { id, plan, submittedBy: '', labels: {}, createdAt: new Date(0) };
  const result = {
    ...{ archiveKey, archiveBytes: 1, archiveMd5: null, rows: 1, gzipBytes: 1, executionMs: 1 },
    expiresAt: new Date(1_000),
  };
  const record: QueryRecord = { ...enqueuedRecord(submitted), state: 'completed', result };
  return openResult(record, { objects, nowMs: () => 0 });
}

test('an archive is opened only below the prefix of the environment of its query', async () => {
  const ownKeys = [
    archiveKeyOf({ id, attempt: 2, plan }),
    // Written by an earlier version.
    `archives/${id}/2/OfflineQueryResult-${id}.zip`,
  ];
  for (const key of ownKeys) await open(key);
  expect(opened).toEqual(ownKeys);
  expect(ownKeys[0]).toBe(`archives/1/${id}/2/OfflineQueryResult-${id}.zip`);

  const foreignKeys = [
    archiveKeyOf({ id, attempt: 2, plan: foreignPlan }),
    archiveKeyOf({ id: other, attempt: 2, plan }),
    `archives/${other}/2/OfflineQueryResult-${other}.zip`,
    'segments/1/api/some.parquet',
  ];
  for (const key of foreignKeys) await expect(open(key)).rejects.toMatchObject({ name: 'ForeignObject' });
  expect(opened).toEqual(ownKeys);
});
