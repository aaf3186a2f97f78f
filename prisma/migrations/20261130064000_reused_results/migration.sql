-- Results that equal queries share.

-- The transaction that inserted the batch. Transactions commit in another order than they begin, so that sequence numbers do not tell
-- what a snapshot has seen. Null: inserted before this migration.
ALTER TABLE "batches" ADD COLUMN "changed_in" XID8;
ALTER TABLE "batches" ALTER COLUMN "changed_in" SET DEFAULT pg_current_xact_id();
CREATE INDEX "batches_environment_id_dataset_changed_in_idx" ON "batches"("environment_id", "dataset", "changed_in");

-- Every other change of what a snapshot shows: deletions, rates and retention.
CREATE TABLE "fact_changes" (
    "id" BIGSERIAL NOT NULL,
    "environment_id" INTEGER NOT NULL,
    "changed" TEXT NOT NULL,
    "changed_in" XID8 NOT NULL DEFAULT pg_current_xact_id(),
    "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "fact_changes_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "fact_changes_environment_id_changed_changed_in_idx" ON "fact_changes"("environment_id", "changed", "changed_in");
CREATE INDEX "fact_changes_changed_at_idx" ON "fact_changes"("changed_at");
ALTER TABLE "fact_changes" ADD CONSTRAINT "fact_changes_environment_id_fkey"
    FOREIGN KEY ("environment_id") REFERENCES "environments"("id") ON DELETE CASCADE ON UPDATE RESTRICT;

ALTER TABLE "queries" ADD COLUMN "reuse_key" BYTEA,
ADD COLUMN "reused_from" UUID,
ADD COLUMN "joined_to" UUID,
ADD COLUMN "claim_snapshot" PG_SNAPSHOT,
ADD COLUMN "made_by" TEXT;
CREATE INDEX "queries_environment_id_reuse_key_created_at_idx" ON "queries"("environment_id", "reuse_key", "created_at" DESC);
CREATE INDEX "queries_joined_to_idx" ON "queries"("joined_to");
CREATE INDEX "queries_archive_key_idx" ON "queries"("archive_key");

-- Triggers, so that no statement can forget a change, not even one of an earlier version. Rows are only inserted, so that concurrent
-- changes do not wait for each other. The functions have the rights of the owner, because no role may insert changes. Semicolons are
-- \x3B, because Prisma's engine splits a migration at them.
CREATE FUNCTION "note_fact_change"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
E'BEGIN
    IF current_setting(\'hourglass.same_facts\', true) = \'on\' THEN
        RETURN NULL\x3B
    END IF\x3B
    INSERT INTO fact_changes (environment_id, changed)
    SELECT OLD.environment_id, OLD.dataset
     WHERE EXISTS (SELECT FROM environments WHERE id = OLD.environment_id)
       AND NOT EXISTS (SELECT FROM fact_changes
                        WHERE environment_id = OLD.environment_id AND changed = OLD.dataset
                          AND changed_in = pg_current_xact_id())\x3B
    RETURN NULL\x3B
END';
CREATE TRIGGER "batches_deleted" AFTER DELETE ON "batches"
    FOR EACH ROW EXECUTE FUNCTION "note_fact_change"();
CREATE TRIGGER "batches_partly_deleted" AFTER UPDATE OF "deleted" ON "batches"
    FOR EACH ROW WHEN (OLD."deleted" <> NEW."deleted") EXECUTE FUNCTION "note_fact_change"();
-- A segment that retires because another one has the same facts is no change, which its transaction declares.
CREATE TRIGGER "segments_facts_removed" AFTER UPDATE OF "state", "deletions" ON "segments"
    FOR EACH ROW WHEN (OLD."state" = 'live' AND (NEW."state" <> 'live' OR OLD."deletions" <> NEW."deletions"))
    EXECUTE FUNCTION "note_fact_change"();

CREATE FUNCTION "note_retention_change"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
E'BEGIN
    INSERT INTO fact_changes (environment_id, changed) VALUES (NEW.id, \'retention\')\x3B
    RETURN NULL\x3B
END';
CREATE TRIGGER "environments_retention_changed" AFTER UPDATE OF "retention_days" ON "environments"
    FOR EACH ROW WHEN (OLD."retention_days" IS DISTINCT FROM NEW."retention_days")
    EXECUTE FUNCTION "note_retention_change"();

CREATE FUNCTION "note_rate_change"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
E'BEGIN
    INSERT INTO fact_changes (environment_id, changed)
    SELECT e.id, \'exchange rates\' FROM environments e
     WHERE e.organization_id IN (SELECT organization_id FROM stored)\x3B
    RETURN NULL\x3B
END';
CREATE TRIGGER "exchange_rates_inserted" AFTER INSERT ON "exchange_rates" REFERENCING NEW TABLE AS "stored"
    FOR EACH STATEMENT EXECUTE FUNCTION "note_rate_change"();
CREATE TRIGGER "exchange_rates_updated" AFTER UPDATE ON "exchange_rates" REFERENCING NEW TABLE AS "stored"
    FOR EACH STATEMENT EXECUTE FUNCTION "note_rate_change"();

-- A query that joined another one counts once it runs itself.
CREATE OR REPLACE FUNCTION "environment_usage"("of_environment" INTEGER, "hour_limit" INTEGER, "moment" TIMESTAMPTZ)
RETURNS TABLE ("submitted" INTEGER, "active" INTEGER, "seconds_to_reset" INTEGER)
LANGUAGE sql STABLE AS $$
  SELECT hour.submitted,
         (SELECT count(*)::integer FROM queries q
           WHERE q.environment_id = of_environment AND q.state IN ('enqueued', 'running')
             AND q.schedule_id IS NULL
             AND (q.joined_to IS NULL OR q.attempt > 0)),
         ceil(extract(epoch FROM interval '1 hour' - (moment -
           CASE WHEN hour.submitted > hour_limit
             THEN (SELECT q.created_at FROM queries q
                    WHERE q.environment_id = of_environment AND q.counted
                    ORDER BY q.created_at DESC
                   OFFSET hour_limit - 1 LIMIT 1)
             ELSE hour.oldest
           END)))::integer
    FROM (
      SELECT count(*)::integer AS submitted, min(q.created_at) AS oldest
        FROM queries q
       WHERE q.environment_id = of_environment AND q.counted AND q.created_at > moment - interval '1 hour'
    ) hour
$$;

-- Tells whether a change of one of the names is committed that the snapshot has not seen. It is a function of its own, because below a
-- policy an index needs the oldest transaction as a value.
CREATE FUNCTION "has_changed_since"("of_environment" INTEGER, "read_names" TEXT[], "seen" PG_SNAPSHOT)
RETURNS BOOLEAN LANGUAGE plpgsql VOLATILE AS
E'DECLARE
    oldest XID8 := pg_snapshot_xmin(seen)\x3B
BEGIN
    RETURN EXISTS (SELECT FROM batches b
                    WHERE b.environment_id = of_environment AND b.dataset = ANY (read_names)
                      AND b.changed_in >= oldest AND NOT pg_visible_in_snapshot(b.changed_in, seen))
        OR EXISTS (SELECT FROM fact_changes c
                    WHERE c.environment_id = of_environment AND c.changed = ANY (read_names)
                      AND c.changed_in >= oldest AND NOT pg_visible_in_snapshot(c.changed_in, seen))\x3B
END';

-- Returns an equal query whose result is what a snapshot taken now would give: a completed one, or else one that will read such a
-- snapshot. No row: there is none. The claim of a query records a snapshot that is not newer than the one it reads, so that
-- nothing may have changed since.
CREATE FUNCTION "find_equal_query"(
  "of_environment" INTEGER,
  "canonical_key" BYTEA,
  "producer" TEXT,
  "read_names" TEXT[],
  "read_from" TIMESTAMPTZ,
  "default_days" INTEGER
)
RETURNS TABLE ("source_id" UUID, "leader_id" UUID) LANGUAGE plpgsql VOLATILE AS
E'#variable_conflict use_column
DECLARE
    equal RECORD\x3B
BEGIN
    IF read_from < clock_timestamp() - interval \'24 hours\'
                   * (SELECT coalesce(e.retention_days, default_days) FROM environments e WHERE e.id = of_environment) THEN
        RETURN\x3B
    END IF\x3B
    FOR equal IN
        SELECT q.id, q.claim_snapshot FROM queries q
         WHERE q.environment_id = of_environment AND q.reuse_key = canonical_key AND q.made_by = producer
           AND q.state = \'completed\' AND q.expires_at > clock_timestamp()
         ORDER BY q.created_at DESC LIMIT 3
    LOOP
        CONTINUE WHEN has_changed_since(of_environment, read_names, equal.claim_snapshot)\x3B
        -- A result that is being expired is skipped instead of awaited: its transaction waits for the environment.
        PERFORM 1 FROM queries q WHERE q.id = equal.id AND q.state = \'completed\' FOR SHARE SKIP LOCKED\x3B
        CONTINUE WHEN NOT FOUND\x3B
        source_id := equal.id\x3B
        RETURN NEXT\x3B
        RETURN\x3B
    END LOOP\x3B
    FOR equal IN
        SELECT q.id, q.state, q.claim_snapshot FROM queries q
         WHERE q.environment_id = of_environment AND q.reuse_key = canonical_key
           AND (q.state = \'enqueued\' AND q.joined_to IS NULL OR q.state = \'running\' AND q.made_by = producer)
         ORDER BY q.created_at LIMIT 10
    LOOP
        CONTINUE WHEN equal.state = \'running\' AND has_changed_since(of_environment, read_names, equal.claim_snapshot)\x3B
        leader_id := equal.id\x3B
        RETURN NEXT\x3B
        RETURN\x3B
    END LOOP\x3B
END';

-- Inserts a query: as one that shares the result of an equal one, as one that waits for it, or, when the limits of its environment allow
-- it, as one that runs. Returns what was used before it. Nothing is inserted for a key that was given to an earlier submission. Its
-- caller has locked the environment: being volatile, it sees everything that was committed before it began.
CREATE FUNCTION "submit_or_reuse"(
  "query_id" UUID,
  "of_environment" INTEGER,
  "query_plan" JSONB,
  "submitter" TEXT,
  "query_hostname" TEXT,
  "query_name" TEXT,
  "query_report_definition_id" TEXT,
  "hour_limit" INTEGER,
  "active_limit" INTEGER,
  "submission_key" TEXT,
  "submission_sha256" BYTEA,
  "kept_for" INTERVAL,
  "canonical_key" BYTEA,
  "may_reuse" BOOLEAN,
  "producer" TEXT,
  "read_names" TEXT[],
  "read_from" TIMESTAMPTZ,
  "default_days" INTEGER
)
RETURNS TABLE (
  "submitted" INTEGER,
  "active" INTEGER,
  "seconds_to_reset" INTEGER,
  "inserted_at" TIMESTAMPTZ,
  "earlier_id" UUID,
  "earlier_is_same" BOOLEAN,
  "source_id" UUID,
  "leader_id" UUID
) LANGUAGE plpgsql VOLATILE AS
E'#variable_conflict use_column
DECLARE
    moment TIMESTAMPTZ := clock_timestamp()\x3B
    used RECORD\x3B
BEGIN
    SELECT * INTO used FROM environment_usage(of_environment, hour_limit, moment) u\x3B
    submitted := used.submitted\x3B
    active := used.active\x3B
    seconds_to_reset := used.seconds_to_reset\x3B
    IF submission_key IS NOT NULL THEN
        SELECT k.query_id, k.request_sha256 = submission_sha256 INTO earlier_id, earlier_is_same
          FROM idempotency_keys k
         WHERE k.environment_id = of_environment AND k.key = submission_key AND k.created_at > moment - kept_for\x3B
        IF FOUND THEN
            RETURN NEXT\x3B
            RETURN\x3B
        END IF\x3B
    END IF\x3B
    IF may_reuse THEN
        SELECT f.source_id, f.leader_id INTO source_id, leader_id
          FROM find_equal_query(of_environment, canonical_key, producer, read_names, read_from, default_days) f\x3B
    END IF\x3B
    IF source_id IS NOT NULL THEN
        INSERT INTO queries (id, environment_id, plan, submitted_by, hostname, name, report_definition_id,
                             created_at, updated_at, state, counted, progress_percent, rows_scanned, archive_key,
                             archive_bytes, archive_md5, result_rows, gzip_bytes, execution_ms, watermark, expires_at,
                             reuse_key, reused_from, claim_snapshot, made_by)
        SELECT query_id, of_environment, query_plan, submitter, query_hostname, query_name, query_report_definition_id,
               moment, moment, \'completed\', false, 100, s.rows_scanned, s.archive_key,
               s.archive_bytes, s.archive_md5, s.result_rows, s.gzip_bytes, s.execution_ms, s.watermark,
               moment + (s.expires_at - s.updated_at),
               canonical_key, coalesce(s.reused_from, s.id), s.claim_snapshot, s.made_by
          FROM queries s WHERE s.id = source_id
        RETURNING created_at INTO inserted_at\x3B
    ELSIF leader_id IS NOT NULL OR (used.submitted < hour_limit AND used.active < active_limit) THEN
        INSERT INTO queries (id, environment_id, plan, submitted_by, hostname, name, report_definition_id,
                             created_at, updated_at, counted, reuse_key, joined_to)
        VALUES (query_id, of_environment, query_plan, submitter, query_hostname, query_name, query_report_definition_id,
                moment, moment, leader_id IS NULL, canonical_key, leader_id)
        RETURNING created_at INTO inserted_at\x3B
    END IF\x3B
    IF submission_key IS NOT NULL AND inserted_at IS NOT NULL THEN
        INSERT INTO idempotency_keys (environment_id, key, request_sha256, query_id, created_at)
        VALUES (of_environment, submission_key, submission_sha256, query_id, inserted_at)
            ON CONFLICT (environment_id, key) DO UPDATE
           SET request_sha256 = excluded.request_sha256, query_id = excluded.query_id, created_at = excluded.created_at\x3B
    END IF\x3B
    RETURN NEXT\x3B
END';
