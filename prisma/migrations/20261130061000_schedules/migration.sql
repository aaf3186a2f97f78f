CREATE TYPE "catch_up" AS ENUM ('skip', 'latest', 'all');
CREATE TYPE "schedule_run_state" AS ENUM ('retrying', 'submitted', 'completed', 'empty', 'failed', 'cancelled', 'missed', 'refused', 'invalid', 'stopped');

-- Saved reports that run at due times. Deleted with their environment, also by an earlier version. A report, a user or a token that is
-- deleted stops its schedules and does not delete them, so there are no foreign keys to reports and tokens.
CREATE TABLE "schedules" (
    "id" UUID NOT NULL,
    "environment_id" INTEGER NOT NULL,
    "display_name" TEXT,
    "report_id" UUID NOT NULL,
    "overrides" JSON NOT NULL,
    "cron" TEXT NOT NULL,
    "time_zone" TEXT NOT NULL,
    "catch_up" "catch_up" NOT NULL,
    "skip_if_empty" BOOLEAN NOT NULL,
    "maker_id" INTEGER,
    "made_by" TEXT NOT NULL,
    "token_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "modified_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "next_due_at" TIMESTAMPTZ(3),
    "wake_at" TIMESTAMPTZ(3),
    "refused_since" TIMESTAMPTZ(3),
    "refusals" INTEGER NOT NULL DEFAULT 0,
    "stop_reason" TEXT,

    CONSTRAINT "schedules_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "schedules_environment_id_created_at_id_idx" ON "schedules"("environment_id", "created_at", "id");
CREATE INDEX "schedules_wake_at_idx" ON "schedules"("wake_at");
CREATE INDEX "schedules_maker_id_idx" ON "schedules"("maker_id");
ALTER TABLE "schedules" ADD CONSTRAINT "schedules_environment_id_fkey"
    FOREIGN KEY ("environment_id") REFERENCES "environments"("id") ON DELETE CASCADE ON UPDATE RESTRICT;
ALTER TABLE "schedules" ADD CONSTRAINT "schedules_maker_id_fkey"
    FOREIGN KEY ("maker_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE RESTRICT;

-- What became of each due time. The key makes a due time run once.
CREATE TABLE "schedule_runs" (
    "schedule_id" UUID NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "environment_id" INTEGER NOT NULL,
    "state" "schedule_run_state" NOT NULL,
    "reason" TEXT,
    "query_id" UUID,
    "last_due_at" TIMESTAMPTZ(3) NOT NULL,
    "due_times" INTEGER NOT NULL DEFAULT 1,
    "result_rows" BIGINT,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "schedule_runs_pkey" PRIMARY KEY ("schedule_id", "due_at")
);
CREATE INDEX "schedule_runs_recorded_at_idx" ON "schedule_runs"("recorded_at");
CREATE INDEX "schedule_runs_environment_id_idx" ON "schedule_runs"("environment_id");
ALTER TABLE "schedule_runs" ADD CONSTRAINT "schedule_runs_schedule_id_fkey"
    FOREIGN KEY ("schedule_id") REFERENCES "schedules"("id") ON DELETE CASCADE ON UPDATE RESTRICT;
-- Finds the runs whose queries may have ended. Prisma's schema language has no partial indexes.
CREATE INDEX "schedule_runs_submitted_idx" ON "schedule_runs"("query_id") WHERE "state" = 'submitted';

ALTER TABLE "queries" ADD COLUMN "schedule_id" UUID;
-- Counts an environment's active scheduled queries, as queries_active_idx counts all.
CREATE INDEX "queries_scheduled_idx" ON "queries"("environment_id")
    WHERE "schedule_id" IS NOT NULL AND "state" IN ('enqueued', 'running');

-- As before, without scheduled queries, which have limits of their own.
CREATE OR REPLACE FUNCTION "environment_usage"("of_environment" INTEGER, "hour_limit" INTEGER, "moment" TIMESTAMPTZ)
RETURNS TABLE ("submitted" INTEGER, "active" INTEGER, "seconds_to_reset" INTEGER)
LANGUAGE sql STABLE AS $$
  SELECT hour.submitted,
         (SELECT count(*)::integer FROM queries q
           WHERE q.environment_id = of_environment AND q.state IN ('enqueued', 'running') AND q.schedule_id IS NULL),
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
