-- Limits of one environment. Null stands for those of the settings.
ALTER TABLE "environments" ADD COLUMN "queries_per_hour" INTEGER,
ADD COLUMN "active_queries" INTEGER;

-- Whether a query counts as a submission of its hour, which one that failed by a fault of ours does not. Its default
-- is constant, so no row is rewritten.
ALTER TABLE "queries" ADD COLUMN "counted" BOOLEAN NOT NULL DEFAULT true;

-- Counts an environment's enqueued and running queries.
CREATE INDEX "queries_environment_id_state_idx" ON "queries"("environment_id", "state");
