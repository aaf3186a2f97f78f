-- Receivers of the results of single queries, beside the endpoints that receive every event.
ALTER TYPE "delivery_kind" ADD VALUE 's3';
ALTER TYPE "delivery_kind" ADD VALUE 'email';
ALTER TYPE "delivery_kind" ADD VALUE 'slack';

CREATE TABLE "delivery_targets" (
    "id" UUID NOT NULL,
    "environment_id" INTEGER NOT NULL,
    "kind" "delivery_kind" NOT NULL,
    "lane" TEXT NOT NULL,
    "shown" JSON NOT NULL,
    "sealed" BYTEA NOT NULL,
    "endpoint_id" UUID,
    "user_id" INTEGER,
    "token_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "delivery_targets_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "delivery_targets_environment_id_idx" ON "delivery_targets"("environment_id");
CREATE INDEX "delivery_targets_endpoint_id_idx" ON "delivery_targets"("endpoint_id");
CREATE INDEX "delivery_targets_user_id_idx" ON "delivery_targets"("user_id");
ALTER TABLE "delivery_targets" ADD CONSTRAINT "delivery_targets_environment_id_fkey"
    FOREIGN KEY ("environment_id") REFERENCES "environments"("id") ON DELETE CASCADE ON UPDATE RESTRICT;
ALTER TABLE "delivery_targets" ADD CONSTRAINT "delivery_targets_endpoint_id_fkey"
    FOREIGN KEY ("endpoint_id") REFERENCES "webhook_endpoints"("id") ON DELETE CASCADE ON UPDATE RESTRICT;
ALTER TABLE "delivery_targets" ADD CONSTRAINT "delivery_targets_user_id_fkey"
    FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE RESTRICT;

ALTER TABLE "deliveries" ADD COLUMN "target_id" UUID;
-- The result of a query reaches a target once.
CREATE UNIQUE INDEX "deliveries_target_id_query_id_key" ON "deliveries"("target_id", "query_id");
-- Deliveries that wait for their query to end.
CREATE INDEX "deliveries_waiting_idx" ON "deliveries"("query_id") WHERE "state" = 'waiting';
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_target_id_fkey"
    FOREIGN KEY ("target_id") REFERENCES "delivery_targets"("id") ON DELETE CASCADE ON UPDATE RESTRICT;
