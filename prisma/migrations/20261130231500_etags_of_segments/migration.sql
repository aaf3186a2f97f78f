-- The ETag that the object store gave a segment, by which a changed object is found. Null: stored by an earlier version.
ALTER TABLE "segments" ADD COLUMN "etag" TEXT;
