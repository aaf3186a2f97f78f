-- Receivers of the events of queries. They read the event log from a position of their own, so that submissions and claims
-- write nothing for them.
CREATE TABLE "webhook_endpoints" (
    "id" UUID NOT NULL,
    "environment_id" INTEGER NOT NULL,
    "url" TEXT NOT NULL,
    "description" TEXT,
    "events" TEXT[],
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "sealed_secret" BYTEA NOT NULL,
    "sealed_old" BYTEA,
    "old_secret_until" TIMESTAMPTZ(3),
    "position" BIGINT NOT NULL,
    "failing_since" TIMESTAMPTZ(3),
    "disabled_reason" TEXT,
    "disabled_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "modified_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "webhook_endpoints_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "webhook_endpoints_environment_id_created_at_id_idx"
    ON "webhook_endpoints"("environment_id", "created_at", "id");
ALTER TABLE "webhook_endpoints" ADD CONSTRAINT "webhook_endpoints_environment_id_fkey"
    FOREIGN KEY ("environment_id") REFERENCES "environments"("id") ON DELETE CASCADE ON UPDATE RESTRICT;

CREATE TYPE "delivery_kind" AS ENUM ('webhook');
CREATE TYPE "delivery_state" AS ENUM ('waiting', 'pending', 'sending', 'delivered', 'failed', 'cancelled');

CREATE TABLE "deliveries" (
    "id" UUID NOT NULL,
    "environment_id" INTEGER NOT NULL,
    "kind" "delivery_kind" NOT NULL,
    "lane" TEXT NOT NULL,
    "endpoint_id" UUID,
    "query_id" UUID,
    "event_id" BIGINT,
    "type" TEXT NOT NULL,
    "payload" TEXT,
    "state" "delivery_state" NOT NULL,
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "failed_attempts" INTEGER NOT NULL DEFAULT 0,
    "attempts" JSONB NOT NULL DEFAULT '[]',
    "failure" TEXT,
    "due_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "deliveries_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "deliveries_endpoint_id_event_id_key" ON "deliveries"("endpoint_id", "event_id");
CREATE INDEX "deliveries_endpoint_id_created_at_id_idx" ON "deliveries"("endpoint_id", "created_at", "id");
CREATE INDEX "deliveries_query_id_idx" ON "deliveries"("query_id");
-- Deliveries that are not at their end are few, however long the log is.
CREATE INDEX "deliveries_due_idx" ON "deliveries"("due_at") WHERE "state" IN ('pending', 'sending');
CREATE INDEX "deliveries_lane_idx" ON "deliveries"("lane", "due_at") WHERE "state" IN ('pending', 'sending');
-- Those in flight are counted at each claim.
CREATE INDEX "deliveries_sending_idx" ON "deliveries"("lane") WHERE "state" = 'sending';
CREATE INDEX "deliveries_ended_idx" ON "deliveries"("ended_at") WHERE "ended_at" IS NOT NULL;
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_environment_id_fkey"
    FOREIGN KEY ("environment_id") REFERENCES "environments"("id") ON DELETE CASCADE ON UPDATE RESTRICT;
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_endpoint_id_fkey"
    FOREIGN KEY ("endpoint_id") REFERENCES "webhook_endpoints"("id") ON DELETE CASCADE ON UPDATE RESTRICT;
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_query_id_fkey"
    FOREIGN KEY ("query_id") REFERENCES "queries"("id") ON DELETE CASCADE ON UPDATE RESTRICT;
