-- Numbers of events of workers, which serve no metrics: the API shows them.
CREATE TABLE "event_counts" (
    "event" TEXT NOT NULL,
    "total" BIGINT NOT NULL,

    CONSTRAINT "event_counts_pkey" PRIMARY KEY ("event")
);
