import { type Publication, type QueryRecord } from '@hourglass/reports';
import type { DatabaseWithTenant } from './database-with-tenant.ts';

export const scope = { organization: 'acme', environment: 'prod' };
export const terms = { leaseMs: 60_000, maxAttempts: 3, timeoutMs: 3_600_000 };
export const released = { kind: 'released' } as const;
export const publication: Publication = {
  archiveKey: 'results/a.zip',
  archiveBytes: 5_000_000_000,
  archiveMd5: '900150983cd24fb0d6963f7d28e17f72',
  rows: 3_000_000_000,
  rowsScanned: 5_000_000_000,
  gzipBytes: 4_999_999_000,
  watermark: 9_007_199_254_740_993n,
  resultTtlSeconds: 604_800,
};

/** Returns a query that must exist. */
export async function found(db: DatabaseWithTenant, id: string): Promise<QueryRecord> {
  const record = await db.database.queries.find(scope, id);
  if (record === null) throw new Error(`no query ${id}`);
  return record;
}

/** Simulates the passing of time, which only the database's clock measures. */
export function lapseLease(db: DatabaseWithTenant, id: string): Promise<unknown> {
  return db.sql(
    "update queries set lease_expires_at = now() - interval '1 ms' where id = $1 and state = 'running'",
    [id],
  );
}

/** Claims a query and returns the number of the new attempt. */
export async function claimed(db: DatabaseWithTenant, id: string): Promise<number> {
  const claim = await db.database.queries.claim(id, terms);
  if (claim === null) throw new Error(`query ${id} was not claimed`);
  return claim.attempt;
}
