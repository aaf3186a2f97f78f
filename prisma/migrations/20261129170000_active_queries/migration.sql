-- Counts an environment's active queries. The comparison of an enum is not leakproof, so below a policy PostgreSQL does not use it as a
-- condition of an index. The predicate of a partial index needs no comparison. Prisma's schema language has no partial indexes.
CREATE INDEX "queries_active_idx" ON "queries"("environment_id") WHERE "state" IN ('enqueued', 'running');
