-- Reads of usage.

-- Finds the batches that were accepted within a range of time.
CREATE INDEX "batches_environment_id_created_at_idx" ON "batches"("environment_id", "created_at");

-- Sums the archives that an environment stores, which are few beside all its queries. Partial, because below a policy the comparison of
-- an enum is no condition of an index.
CREATE INDEX "queries_completed_idx" ON "queries"("environment_id") WHERE "state" = 'completed';
