-- Whose query is run next, how often a query was tried, and when it is tried again. Workers of the version before leave
-- all of it alone: what they claim counts for no environment's turn.

ALTER TABLE "environments" ADD COLUMN "turn_weight" INTEGER NOT NULL DEFAULT 1,
ADD COLUMN "next_turn" DOUBLE PRECISION NOT NULL DEFAULT 0;

ALTER TABLE "queries" ADD COLUMN "excused_attempts" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN "failed_attempts" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN "retry_at" TIMESTAMPTZ(3);

CREATE TABLE "scheduler" (
    "id" BOOLEAN NOT NULL DEFAULT true,
    "turn" DOUBLE PRECISION NOT NULL DEFAULT 0,

    CONSTRAINT "scheduler_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "scheduler_has_one_row" CHECK ("id")
);

INSERT INTO "scheduler" DEFAULT VALUES;

CREATE TABLE "periodic_jobs" (
    "name" TEXT NOT NULL,
    "begun_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "periodic_jobs_pkey" PRIMARY KEY ("name")
);
