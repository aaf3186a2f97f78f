-- What a running attempt is at, and how many facts it has read. Both are null where no attempt of this version ran.

CREATE TYPE "query_phase" AS ENUM ('collecting', 'computing', 'writing', 'storing');

ALTER TABLE "queries" ADD COLUMN "phase" "query_phase",
ADD COLUMN "rows_scanned" BIGINT;
