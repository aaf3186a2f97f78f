import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase } from '../src/index.ts';
import { databaseWithTenant, type DatabaseWithTenant } from './database-with-tenant.ts';

let db: DatabaseWithTenant;
beforeEach(async () => {
  db = await databaseWithTenant();
});
afterEach(() => db.close());

test('events that workers count are read by the API', async () => {
  const worker = openDatabase({ url: db.url, as: 'worker', poolSize: 2 });
  const api = openDatabase({ url: db.url, as: 'api', poolSize: 2 });
  try {
    expect(await api.eventCounts.read('cluster_fallback')).toBe(0);
    await Promise.all([1, 2, 3].map(() => worker.eventCounts.add('cluster_fallback')));
    expect(await api.eventCounts.read('cluster_fallback')).toBe(3);
  } finally {
    await Promise.all([worker.close(), api.close()]);
  }
});
