-- What clients that submit again give their submissions, so that each is accepted once.
CREATE TABLE "idempotency_keys" (
    "environment_id" INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    "request_sha256" BYTEA NOT NULL,
    "query_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("environment_id","key")
);

CREATE INDEX "idempotency_keys_created_at_idx" ON "idempotency_keys"("created_at");

CREATE INDEX "idempotency_keys_query_id_idx" ON "idempotency_keys"("query_id");

ALTER TABLE "idempotency_keys" ADD CONSTRAINT "idempotency_keys_query_id_fkey" FOREIGN KEY ("query_id") REFERENCES "queries"("id") ON DELETE CASCADE ON UPDATE RESTRICT;

-- As submit_query, unless the key was given to a submission that is not older than it is kept: then nothing is inserted, and
-- the earlier query is answered, with whether it was the same request. Whoever calls it has locked the environment.
CREATE FUNCTION "submit_query_once"(
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
  "kept_for" INTERVAL
)
RETURNS TABLE (
  "submitted" INTEGER,
  "active" INTEGER,
  "seconds_to_reset" INTEGER,
  "inserted_at" TIMESTAMPTZ,
  "earlier_id" UUID,
  "earlier_is_same" BOOLEAN
)
LANGUAGE sql VOLATILE AS $$
  WITH earlier AS MATERIALIZED (
    SELECT k.query_id AS id, k.request_sha256 = submission_sha256 AS is_same
      FROM idempotency_keys k
     WHERE k.environment_id = of_environment AND k.key = submission_key
       AND k.created_at > clock_timestamp() - kept_for
  ),
  made AS MATERIALIZED (
    -- No query is active at a limit of none, so none is inserted.
    SELECT s.*
      FROM submit_query(submit_query_once.query_id, of_environment, query_plan, submitter, query_hostname, query_name,
                        query_report_definition_id, hour_limit,
                        CASE WHEN EXISTS (SELECT FROM earlier) THEN 0 ELSE active_limit END) s
  ),
  kept AS (
    INSERT INTO idempotency_keys (environment_id, key, request_sha256, query_id, created_at)
    SELECT of_environment, submission_key, submission_sha256, submit_query_once.query_id, made.inserted_at
      FROM made
     WHERE made.inserted_at IS NOT NULL
        ON CONFLICT (environment_id, key) DO UPDATE
       SET request_sha256 = excluded.request_sha256, query_id = excluded.query_id, created_at = excluded.created_at
  )
  SELECT made.submitted, made.active, made.seconds_to_reset, made.inserted_at, earlier.id, earlier.is_same
    FROM made LEFT JOIN earlier ON true
$$;
