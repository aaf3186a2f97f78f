-- The event log of queries: one row for each change that a client sees of a query's state, phase or progress.
CREATE TABLE "query_events" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "environment_id" INTEGER NOT NULL,
    "query_id" UUID NOT NULL,
    "is_state_change" BOOLEAN NOT NULL,
    "state" "query_state" NOT NULL,
    "phase" "query_phase",
    "progress_percent" INTEGER NOT NULL,
    "rows_scanned" BIGINT,

    CONSTRAINT "query_events_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "query_events_query_id_id_idx" ON "query_events"("query_id", "id");
CREATE INDEX "query_events_environment_id_id_idx" ON "query_events"("environment_id", "id");
ALTER TABLE "query_events" ADD CONSTRAINT "query_events_query_id_fkey"
    FOREIGN KEY ("query_id") REFERENCES "queries"("id") ON DELETE CASCADE ON UPDATE RESTRICT;

-- The events of active queries begin with their present state.
INSERT INTO "query_events" ("environment_id", "query_id", "is_state_change", "state", "phase", "progress_percent", "rows_scanned")
SELECT "environment_id", "id", true, "state", "phase", "progress_percent", "rows_scanned"
  FROM "queries" WHERE "state" IN ('enqueued', 'running') ORDER BY "created_at";

-- Triggers, so that no statement can change a query without its event. They lock the environment before they take ids: the
-- events of an environment become visible in the order of their ids, so that a reader who has seen one has seen all before it.
-- The locks are taken once the statement has locked its queries, in the order of ids.
--
-- The functions have the rights of the owner, because no role may insert events. Prisma's engine splits a migration at every
-- semicolon, also in a quoted body, hence \x3B.
CREATE FUNCTION "log_submitted_queries"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
E'BEGIN
    PERFORM 1 FROM environments WHERE id IN (SELECT environment_id FROM submitted) ORDER BY id FOR NO KEY UPDATE\x3B
    INSERT INTO query_events (environment_id, query_id, is_state_change, state, phase, progress_percent, rows_scanned)
    SELECT environment_id, id, true, state, phase, progress_percent, rows_scanned FROM submitted\x3B
    RETURN NULL\x3B
END';
CREATE TRIGGER "queries_submitted" AFTER INSERT ON "queries" REFERENCING NEW TABLE AS "submitted"
    FOR EACH STATEMENT EXECUTE FUNCTION "log_submitted_queries"();

CREATE FUNCTION "log_changed_queries"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
E'BEGIN
    PERFORM 1 FROM environments
      WHERE id IN (SELECT a.environment_id FROM after_change a JOIN before_change b USING (id)
                    WHERE (a.state, a.phase, a.progress_percent, a.rows_scanned)
                          IS DISTINCT FROM (b.state, b.phase, b.progress_percent, b.rows_scanned))
      ORDER BY id FOR NO KEY UPDATE\x3B
    INSERT INTO query_events (environment_id, query_id, is_state_change, state, phase, progress_percent, rows_scanned)
    SELECT a.environment_id, a.id, a.state <> b.state, a.state, a.phase, a.progress_percent, a.rows_scanned
      FROM after_change a JOIN before_change b USING (id)
     WHERE (a.state, a.phase, a.progress_percent, a.rows_scanned)
           IS DISTINCT FROM (b.state, b.phase, b.progress_percent, b.rows_scanned)\x3B
    RETURN NULL\x3B
END';
CREATE TRIGGER "queries_changed" AFTER UPDATE ON "queries"
    REFERENCING OLD TABLE AS "before_change" NEW TABLE AS "after_change"
    FOR EACH STATEMENT EXECUTE FUNCTION "log_changed_queries"();

-- Wakes the clients that wait for the query or for any of its environment.
CREATE FUNCTION "notify_query_event"() RETURNS trigger LANGUAGE plpgsql AS
E'BEGIN
    PERFORM pg_notify(\'hourglass_query_changed\', NEW.environment_id || \' \' || NEW.query_id)\x3B
    RETURN NULL\x3B
END';
CREATE TRIGGER "query_events_inserted" AFTER INSERT ON "query_events"
    FOR EACH ROW EXECUTE FUNCTION "notify_query_event"();
