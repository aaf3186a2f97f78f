-- Hex. Null for results that were published before this column.
ALTER TABLE "queries" ADD COLUMN "archive_md5" TEXT;

-- Keys that every API process has to share, made by the first that needs one.
CREATE TABLE "signing_keys" (
    "purpose" TEXT NOT NULL,
    "key" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "signing_keys_pkey" PRIMARY KEY ("purpose")
);
