CREATE TYPE "role" AS ENUM ('administrator', 'member');

CREATE TYPE "query_state" AS ENUM ('enqueued', 'running', 'completed', 'failed', 'cancelled', 'expired');

CREATE TABLE "organizations" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "organizations_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "environments" (
    "id" SERIAL NOT NULL,
    "organization_id" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "environments_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "users" (
    "id" SERIAL NOT NULL,
    "organization_id" INTEGER NOT NULL,
    "email" TEXT NOT NULL,
    "password_hash" TEXT NOT NULL,
    "role" "role" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "tokens" (
    "id" SERIAL NOT NULL,
    "user_id" INTEGER NOT NULL,
    "hash" TEXT NOT NULL,
    "scopes" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "tokens_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "queries" (
    "id" UUID NOT NULL,
    "environment_id" INTEGER NOT NULL,
    "plan" JSONB NOT NULL,
    "state" "query_state" NOT NULL DEFAULT 'enqueued',
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "progress_percent" INTEGER NOT NULL DEFAULT 0,
    "submitted_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "first_started_at" TIMESTAMPTZ(3),
    "started_at" TIMESTAMPTZ(3),
    "lease_expires_at" TIMESTAMPTZ(3),
    "failure" TEXT,
    "archive_key" TEXT,
    "archive_bytes" BIGINT,
    "result_rows" BIGINT,
    "gzip_bytes" BIGINT,
    "execution_ms" BIGINT,
    "expires_at" TIMESTAMPTZ(3),
    "watermark" BIGINT,

    CONSTRAINT "queries_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "batches" (
    "seq" BIGSERIAL NOT NULL,
    "environment_id" INTEGER NOT NULL,
    "dataset" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "accepted" BIGINT NOT NULL,
    "body_sha256" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "batches_pkey" PRIMARY KEY ("seq")
);

-- Tenants are found by name.
CREATE UNIQUE INDEX "organizations_name_key" ON "organizations"("name");

-- The tenant of a request's path is found by it.
CREATE UNIQUE INDEX "environments_organization_id_name_key" ON "environments"("organization_id", "name");

-- Log-in by e-mail.
CREATE UNIQUE INDEX "users_email_key" ON "users"("email");

-- Log-in by token.
CREATE UNIQUE INDEX "tokens_hash_key" ON "tokens"("hash");

-- Deleting a user deletes the tokens.
CREATE INDEX "tokens_user_id_idx" ON "tokens"("user_id");

-- Lists an environment's queries, newest first.
CREATE INDEX "queries_environment_id_created_at_id_idx" ON "queries"("environment_id", "created_at" DESC, "id" DESC);

-- Finds the queries that wait for a worker, oldest first. Few of all rows are enqueued or running.
CREATE INDEX "queries_state_created_at_idx" ON "queries"("state", "created_at");

-- Finds completed queries whose result is due for deletion.
CREATE INDEX "queries_state_expires_at_idx" ON "queries"("state", "expires_at");

-- The watermark of a snapshot is the newest seq of an environment and dataset.
CREATE INDEX "batches_environment_id_dataset_seq_idx" ON "batches"("environment_id", "dataset", "seq");

-- The same id is accepted once. A second transaction with it waits here for the first to end.
CREATE UNIQUE INDEX "batches_environment_id_dataset_id_key" ON "batches"("environment_id", "dataset", "id");

ALTER TABLE "environments" ADD CONSTRAINT "environments_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

ALTER TABLE "users" ADD CONSTRAINT "users_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

ALTER TABLE "tokens" ADD CONSTRAINT "tokens_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE RESTRICT;

ALTER TABLE "queries" ADD CONSTRAINT "queries_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environments"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

ALTER TABLE "batches" ADD CONSTRAINT "batches_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environments"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- The facts of the dataset "api" that are not sealed yet, partitioned by UTC day: sealing drops or empties whole
-- days, and a query reads only the days of its range. Partitions are named hot_api_facts_pYYYYMMDD and are made on
-- demand by the program, outside of the transaction of any batch. There is no default partition: attaching a day would
-- have to scan it.
--
-- Prisma's schema language knows neither partitions nor a table without a key, so the model is marked @@ignore
-- there. It is in schema.prisma all the same, so that `prisma migrate diff` compares its columns and index (it does
-- not look at partitioning or at partitions) and a change of the columns becomes an ALTER TABLE, not a surprise.
-- Facts have no foreign key to their environment: it would be checked for every row of every COPY.
CREATE TABLE "hot_api_facts" (
    "environment_id" INTEGER NOT NULL,
    "batch_seq" BIGINT NOT NULL,
    "timestamp" TIMESTAMPTZ(3) NOT NULL,
    "access_token" TEXT,
    "api_product" TEXT,
    "apiproxy" TEXT,
    "apiproxy_revision" BIGINT,
    "client_id" TEXT,
    "developer" TEXT,
    "developer_app" TEXT,
    "developer_email" TEXT,
    "flow_resource" TEXT,
    "gateway_flow_id" TEXT,
    "virtual_host" TEXT,
    "proxy_basepath" TEXT,
    "proxy_pathsuffix" TEXT,
    "proxy_deployment_type" TEXT,
    "app_group_app" TEXT,
    "app_group_name" TEXT,
    "ax_cache_key" TEXT,
    "ax_cache_name" TEXT,
    "ax_cache_source" TEXT,
    "ax_execution_fault_flow_name" TEXT,
    "ax_execution_fault_flow_state" TEXT,
    "ax_execution_fault_policy_name" TEXT,
    "ax_edge_execution_fault_code" TEXT,
    "response_status_code" BIGINT,
    "client_ip" TEXT,
    "proxy_client_ip" TEXT,
    "ax_true_client_ip" TEXT,
    "ax_resolved_client_ip" TEXT,
    "x_forwarded_for_ip" TEXT,
    "x_forwarded_proto" TEXT,
    "request_path" TEXT,
    "request_uri" TEXT,
    "request_verb" TEXT,
    "useragent" TEXT,
    "ax_ua_agent_family" TEXT,
    "ax_ua_agent_type" TEXT,
    "ax_ua_agent_version" TEXT,
    "ax_ua_device_category" TEXT,
    "ax_ua_os_family" TEXT,
    "ax_ua_os_version" TEXT,
    "target" TEXT,
    "target_basepath" TEXT,
    "target_host" TEXT,
    "target_ip" TEXT,
    "target_response_code" BIGINT,
    "target_url" TEXT,
    "x_apigee_grpc_service_name" TEXT,
    "x_apigee_grpc_rpc_name" TEXT,
    "x_apigee_grpc_status" TEXT,
    "ax_geo_timezone" TEXT,
    "ax_geo_city" TEXT,
    "ax_geo_continent" TEXT,
    "ax_geo_country" TEXT,
    "ax_geo_region" TEXT,
    "ax_dn_region" TEXT,
    "fees_type" TEXT,
    "created" TIMESTAMPTZ(3),
    "period_start" TIMESTAMPTZ(3),
    "period_end" TIMESTAMPTZ(3),
    "x_apigee_mintng_currency" TEXT,
    "x_apigee_mintng_rate_plan_id" TEXT,
    "x_apigee_mintng_tx_success" TEXT,
    "gateway_source" TEXT,
    "ax_channel_id" TEXT,
    "message_count" BIGINT,
    "is_error" BIGINT,
    "policy_error" BIGINT,
    "target_error" BIGINT,
    "cache_hit" BIGINT,
    "ax_cache_executed" BIGINT,
    "ax_cache_l1_count" BIGINT,
    "request_processing_latency" BIGINT,
    "response_processing_latency" BIGINT,
    "request_size" BIGINT,
    "response_size" BIGINT,
    "target_response_time" BIGINT,
    "total_response_time" BIGINT,
    "fees" DECIMAL(24,6),
    "x_apigee_mintng_dev_share" DECIMAL(24,6),
    "x_apigee_mintng_price" DECIMAL(24,6),
    "x_apigee_mintng_price_multiplier" DECIMAL(24,6),
    "x_apigee_mintng_rate" DECIMAL(24,6)
) PARTITION BY RANGE ("timestamp");

-- A snapshot reads an environment's facts in a range of time.
CREATE INDEX "hot_api_facts_environment_id_timestamp_idx" ON "hot_api_facts"("environment_id", "timestamp");
