-- Deletions that a live segment's file does not reflect yet. Only segments that are read can have any: a worker of the version
-- before, which knows no deletions, cannot retire such a segment and so cannot bring deleted facts back by merging it.
ALTER TABLE "segments" ADD COLUMN "deletions" JSONB NOT NULL DEFAULT '[]';
ALTER TABLE "segments" ADD COLUMN "deleted_since" TIMESTAMPTZ(3);
ALTER TABLE "segments" ADD CONSTRAINT "segments_deletions_of_live_ones" CHECK ("state" = 'live' OR "deletions" = '[]');

-- The worker looks for segments to rewrite again and again, and few are. Prisma's schema language has no partial indexes.
CREATE INDEX "segments_deleted_since_idx" ON "segments"("deleted_since") WHERE "deleted_since" IS NOT NULL;

ALTER TABLE "batches" ADD COLUMN "first_at" TIMESTAMPTZ(3);
ALTER TABLE "batches" ADD COLUMN "last_at" TIMESTAMPTZ(3);
ALTER TABLE "batches" ADD COLUMN "deleted" BIGINT NOT NULL DEFAULT 0;
-- The default is what programs of the version before write, whose segments lack the numbers of batches.
ALTER TABLE "batches" ADD COLUMN "sealed_with_seq" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "batches" ADD COLUMN "created_by" TEXT;

DROP INDEX "batches_hot_idx";
CREATE INDEX "batches_hot_idx" ON "batches"("environment_id", "dataset", "seq") INCLUDE ("accepted", "deleted", "created_at") WHERE "hot";
