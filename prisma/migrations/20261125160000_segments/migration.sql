-- Segments: immutable Parquet files in the object store, which hold the facts that were sealed. A fact lies in the hot
-- table or in one live segment, never in both: whatever moves facts does it in one transaction.

CREATE TYPE "segment_state" AS ENUM ('incoming', 'live', 'retired');

CREATE TABLE "segments" (
    "id" UUID NOT NULL,
    "environment_id" INTEGER NOT NULL,
    "dataset" TEXT NOT NULL,
    "state" "segment_state" NOT NULL DEFAULT 'incoming',
    "object_key" TEXT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "sha256" TEXT NOT NULL,
    "facts" BIGINT NOT NULL,
    "first_at" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,
    "columns" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "retired_at" TIMESTAMPTZ(3),

    CONSTRAINT "segments_pkey" PRIMARY KEY ("id")
);

-- A snapshot reads the live segments of an environment and dataset that overlap its range.
CREATE INDEX "segments_environment_id_dataset_state_last_at_idx" ON "segments"("environment_id", "dataset", "state", "last_at");

-- The sweep reads those that are not live.
CREATE INDEX "segments_state_retired_at_idx" ON "segments"("state", "retired_at");

ALTER TABLE "segments" ADD CONSTRAINT "segments_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environments"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- Batches are sealed whole. The default is what programs of the version before mean, which do not know the column.
ALTER TABLE "batches" ADD COLUMN "hot" BOOLEAN NOT NULL DEFAULT true;
UPDATE "batches" SET "hot" = false WHERE position('.' in "dataset") > 0;

-- Sealing asks again and again which batches are hot, and few are. Prisma's schema language has no partial indexes.
CREATE INDEX "batches_hot_idx" ON "batches"("environment_id", "dataset", "seq") INCLUDE ("accepted", "created_at") WHERE "hot";

ALTER TABLE "environments" ADD COLUMN "retention_days" INTEGER;

CREATE TABLE "deleted_custom_fields" (
    "id" INTEGER NOT NULL,
    "environment_id" INTEGER NOT NULL,
    "dataset" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "type" "custom_field_type" NOT NULL,
    "deleted_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "deleted_custom_fields_pkey" PRIMARY KEY ("id")
);

-- Sealing keeps the values of fields that were deleted lately.
CREATE INDEX "deleted_custom_fields_environment_id_dataset_deleted_at_idx" ON "deleted_custom_fields"("environment_id", "dataset", "deleted_at");
