-- Indexes for a million segments and ten million queries. Those that no statement needs any more had an entry for each row, and two of
-- them one that changed with each state. Most of the new ones are partial. Without a transaction, so that reads and writes continue. An
-- interrupted migration runs again from its beginning: hence each DROP before a CREATE.

-- The live segments of a range: both times, so that the segments after the range are passed within the index, and the numbers of facts,
-- which estimates and merging read without the rows.
DROP INDEX CONCURRENTLY IF EXISTS "segments_live_idx";
CREATE INDEX CONCURRENTLY "segments_live_idx" ON "segments"("environment_id", "dataset", "last_at", "first_at") INCLUDE ("facts") WHERE "state" = 'live';

-- The segments of an environment that begin before its retention.
DROP INDEX CONCURRENTLY IF EXISTS "segments_environment_id_first_at_idx";
CREATE INDEX CONCURRENTLY "segments_environment_id_first_at_idx" ON "segments"("environment_id", "first_at");
DROP INDEX CONCURRENTLY IF EXISTS "segments_environment_id_dataset_state_last_at_idx";

-- The results that expire next, and the newest completed runs.
DROP INDEX CONCURRENTLY IF EXISTS "queries_expiring_idx";
CREATE INDEX CONCURRENTLY "queries_expiring_idx" ON "queries"("expires_at") WHERE "state" = 'completed';
DROP INDEX CONCURRENTLY IF EXISTS "queries_state_expires_at_idx";

-- Active queries and results of an environment, newest first: without the order, PostgreSQL prefers the index of all its queries, whose
-- scan for a rare state takes minutes.
DROP INDEX CONCURRENTLY IF EXISTS "queries_active_newest_idx";
CREATE INDEX CONCURRENTLY "queries_active_newest_idx" ON "queries"("environment_id", "created_at" DESC, "id" DESC) WHERE "state" IN ('enqueued', 'running');
DROP INDEX CONCURRENTLY IF EXISTS "queries_active_idx";
DROP INDEX CONCURRENTLY IF EXISTS "queries_state_created_at_idx";
DROP INDEX CONCURRENTLY IF EXISTS "queries_environment_id_state_idx";
DROP INDEX CONCURRENTLY IF EXISTS "queries_completed_newest_idx";
CREATE INDEX CONCURRENTLY "queries_completed_newest_idx" ON "queries"("environment_id", "created_at" DESC, "id" DESC) WHERE "state" = 'completed';
DROP INDEX CONCURRENTLY IF EXISTS "queries_completed_idx";
DROP INDEX CONCURRENTLY IF EXISTS "queries_without_result_idx";
CREATE INDEX CONCURRENTLY "queries_without_result_idx" ON "queries"("environment_id", "created_at" DESC, "id" DESC) WHERE "state" IN ('failed', 'cancelled');

-- Lists by submitter and of runs of saved reports, which may be rare among all queries of an environment, and equal queries. The environment
-- comes second, because PostgreSQL would take an index that begins with it for the queries of an environment since a time, and read all of
-- the environment.
DROP INDEX CONCURRENTLY IF EXISTS "queries_submitted_by_environment_id_created_at_id_idx";
CREATE INDEX CONCURRENTLY "queries_submitted_by_environment_id_created_at_id_idx" ON "queries"("submitted_by", "environment_id", "created_at" DESC, "id" DESC);
DROP INDEX CONCURRENTLY IF EXISTS "queries_reuse_key_environment_id_created_at_idx";
CREATE INDEX CONCURRENTLY "queries_reuse_key_environment_id_created_at_idx" ON "queries"("reuse_key", "environment_id", "created_at" DESC);
DROP INDEX CONCURRENTLY IF EXISTS "queries_environment_id_reuse_key_created_at_idx";
DROP INDEX CONCURRENTLY IF EXISTS "queries_of_reports_idx";
CREATE INDEX CONCURRENTLY "queries_of_reports_idx" ON "queries"("environment_id", "created_at" DESC, "id" DESC) WHERE "report_definition_id" IS NOT NULL;

-- The oldest snapshot of a running query or a result, since which changes of facts are kept.
DROP INDEX CONCURRENTLY IF EXISTS "queries_oldest_snapshot_idx";
CREATE INDEX CONCURRENTLY "queries_oldest_snapshot_idx" ON "queries"(pg_snapshot_xmin("claim_snapshot")) WHERE "state" IN ('running', 'completed');
