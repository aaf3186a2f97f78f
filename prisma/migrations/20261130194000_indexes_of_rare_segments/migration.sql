-- Segments that are not live, and running queries, are few. Below a policy the comparison of an enum is no condition of an index, so that the
-- index by state was read as a whole. Without a transaction, like 20261130183000_indexes_at_scale.
DROP INDEX CONCURRENTLY IF EXISTS "segments_retired_idx";
CREATE INDEX CONCURRENTLY "segments_retired_idx" ON "segments"("retired_at") WHERE "state" = 'retired';
DROP INDEX CONCURRENTLY IF EXISTS "segments_incoming_idx";
CREATE INDEX CONCURRENTLY "segments_incoming_idx" ON "segments"("object_key") WHERE "state" = 'incoming';
DROP INDEX CONCURRENTLY IF EXISTS "segments_state_retired_at_idx";

-- The start of the oldest running query, for which retired segments are kept.
DROP INDEX CONCURRENTLY IF EXISTS "queries_running_idx";
CREATE INDEX CONCURRENTLY "queries_running_idx" ON "queries"("started_at") WHERE "state" = 'running';
