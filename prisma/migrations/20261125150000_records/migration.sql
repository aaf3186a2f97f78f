-- What datasets are made of that are no streams of facts. A row that comes again with the same key takes the place of the
-- earlier one. Each has the batch that brought it.

CREATE TABLE "instruments" (
    "environment_id" INTEGER NOT NULL,
    "batch_seq" BIGINT NOT NULL,
    "id" TEXT NOT NULL,
    "name" TEXT,
    "location" TEXT,

    CONSTRAINT "instruments_pkey" PRIMARY KEY ("environment_id", "id")
);

CREATE TABLE "instrument_charges" (
    "environment_id" INTEGER NOT NULL,
    "batch_seq" BIGINT NOT NULL,
    "id" TEXT NOT NULL,
    "equipment" TEXT NOT NULL,
    "charged_at" TIMESTAMPTZ(6) NOT NULL,
    "amount" DECIMAL(24,6) NOT NULL,

    CONSTRAINT "instrument_charges_pkey" PRIMARY KEY ("environment_id", "id")
);

CREATE TABLE "instrument_followers" (
    "environment_id" INTEGER NOT NULL,
    "batch_seq" BIGINT NOT NULL,
    "equipment" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "followed_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "instrument_followers_pkey" PRIMARY KEY ("environment_id", "equipment", "user_id")
);

CREATE TABLE "instrument_uses" (
    "environment_id" INTEGER NOT NULL,
    "batch_seq" BIGINT NOT NULL,
    "id" TEXT NOT NULL,
    "equipment" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(6) NOT NULL,
    "seconds" BIGINT NOT NULL,

    CONSTRAINT "instrument_uses_pkey" PRIMARY KEY ("environment_id", "id")
);

CREATE TABLE "instrument_samples" (
    "environment_id" INTEGER NOT NULL,
    "batch_seq" BIGINT NOT NULL,
    "id" TEXT NOT NULL,
    "equipment" TEXT NOT NULL,
    "sampled_at" TIMESTAMPTZ(6) NOT NULL,
    "count" BIGINT NOT NULL,

    CONSTRAINT "instrument_samples_pkey" PRIMARY KEY ("environment_id", "id")
);

CREATE TABLE "instrument_faults" (
    "environment_id" INTEGER NOT NULL,
    "batch_seq" BIGINT NOT NULL,
    "id" TEXT NOT NULL,
    "equipment" TEXT NOT NULL,
    "broke_at" TIMESTAMPTZ(6) NOT NULL,
    "seconds" BIGINT NOT NULL,

    CONSTRAINT "instrument_faults_pkey" PRIMARY KEY ("environment_id", "id")
);

CREATE TABLE "instrument_trainings" (
    "environment_id" INTEGER NOT NULL,
    "batch_seq" BIGINT NOT NULL,
    "id" TEXT NOT NULL,
    "equipment" TEXT NOT NULL,
    "trained_at" TIMESTAMPTZ(6) NOT NULL,
    "approved" BOOLEAN NOT NULL,

    CONSTRAINT "instrument_trainings_pkey" PRIMARY KEY ("environment_id", "id")
);

-- /dashboard and /charts: what happened to some instruments in a range of time, from the index alone.
CREATE INDEX "instrument_charges_of_equipment" ON "instrument_charges"("environment_id", "equipment", "charged_at", "amount");
CREATE INDEX "instrument_followers_of_equipment" ON "instrument_followers"("environment_id", "equipment", "followed_at");
CREATE INDEX "instrument_uses_of_equipment" ON "instrument_uses"("environment_id", "equipment", "started_at", "user_id", "seconds");
CREATE INDEX "instrument_samples_of_equipment" ON "instrument_samples"("environment_id", "equipment", "sampled_at", "count");
CREATE INDEX "instrument_faults_of_equipment" ON "instrument_faults"("environment_id", "equipment", "broke_at", "seconds");
CREATE INDEX "instrument_trainings_of_equipment" ON "instrument_trainings"("environment_id", "equipment", "trained_at", "approved");

-- The facts of the dataset `instruments`: one for each thing that happened.
CREATE VIEW "instrument_facts" AS
SELECT happened.environment_id, happened.batch_seq, happened.timestamp, happened.equipment,
       i.name AS equipment_name, i.location AS equipment_location, happened.activity, happened.service_user,
       happened.follower, happened.charge_amount::numeric(24,6) AS charge_amount, happened.follow_numbers, happened.service_times,
       happened.service_time, happened.sample_times, happened.break_time, happened.break_times,
       happened.training_times, happened.approved_times
  FROM (
    SELECT environment_id, batch_seq, charged_at AS timestamp, equipment, 'charge' AS activity,
           NULL::text AS service_user, NULL::text AS follower, amount AS charge_amount,
           NULL::bigint AS follow_numbers, NULL::bigint AS service_times, NULL::bigint AS service_time,
           NULL::bigint AS sample_times, NULL::bigint AS break_time, NULL::bigint AS break_times,
           NULL::bigint AS training_times, NULL::bigint AS approved_times
      FROM instrument_charges
    UNION ALL
    SELECT environment_id, batch_seq, followed_at, equipment, 'follow',
           NULL, user_id, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL
      FROM instrument_followers
    UNION ALL
    SELECT environment_id, batch_seq, started_at, equipment, 'use',
           user_id, NULL, NULL, NULL, 1, seconds, NULL, NULL, NULL, NULL, NULL
      FROM instrument_uses
    UNION ALL
    SELECT environment_id, batch_seq, sampled_at, equipment, 'sample',
           NULL, NULL, NULL, NULL, NULL, NULL, count, NULL, NULL, NULL, NULL
      FROM instrument_samples
    UNION ALL
    SELECT environment_id, batch_seq, broke_at, equipment, 'fault',
           NULL, NULL, NULL, NULL, NULL, NULL, NULL, seconds, 1, NULL, NULL
      FROM instrument_faults
    UNION ALL
    SELECT environment_id, batch_seq, trained_at, equipment, 'training',
           NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, approved::integer
      FROM instrument_trainings
  ) happened
  LEFT JOIN instruments i ON i.environment_id = happened.environment_id AND i.id = happened.equipment;

CREATE TABLE "order_products" (
    "environment_id" INTEGER NOT NULL,
    "batch_seq" BIGINT NOT NULL,
    "id" BIGINT NOT NULL,
    "name" TEXT NOT NULL,
    "brief" TEXT,
    "price" BIGINT NOT NULL,
    "remark" TEXT,
    "image_url" TEXT,
    "firmware_version" TEXT,
    "period_time" BIGINT NOT NULL,
    "period_unit" BIGINT NOT NULL,
    "series_name" TEXT,

    CONSTRAINT "order_products_pkey" PRIMARY KEY ("environment_id", "id")
);

CREATE TABLE "orders" (
    "environment_id" INTEGER NOT NULL,
    "batch_seq" BIGINT NOT NULL,
    "no" TEXT NOT NULL,
    "product_id" BIGINT NOT NULL,
    "count" BIGINT NOT NULL,
    "total_price" BIGINT NOT NULL,
    "company_id" BIGINT,
    "buy_user_id" BIGINT NOT NULL,
    "buy_accesskey_id" TEXT,
    "remark" TEXT,
    "create_time" TIMESTAMPTZ(6) NOT NULL,
    "update_time" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "orders_pkey" PRIMARY KEY ("environment_id", "no")
);

-- The list of orders, newest first.
CREATE INDEX "orders_newest_first" ON "orders"("environment_id", "create_time" DESC, "no");
-- The list of the orders of a product.
CREATE INDEX "orders_of_product" ON "orders"("environment_id", "product_id", "create_time" DESC, "no");

CREATE TABLE "order_grants" (
    "environment_id" INTEGER NOT NULL,
    "batch_seq" BIGINT NOT NULL,
    "id" TEXT NOT NULL,
    "no" TEXT NOT NULL,
    "count" BIGINT NOT NULL,
    "granted_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "order_grants_pkey" PRIMARY KEY ("environment_id", "id")
);

CREATE TABLE "order_returns" (
    "environment_id" INTEGER NOT NULL,
    "batch_seq" BIGINT NOT NULL,
    "id" TEXT NOT NULL,
    "no" TEXT NOT NULL,
    "count" BIGINT NOT NULL,
    "returned_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "order_returns_pkey" PRIMARY KEY ("environment_id", "id")
);

-- How many of an order were granted and given back, from the index alone.
CREATE INDEX "order_grants_of_order" ON "order_grants"("environment_id", "no", "count");
CREATE INDEX "order_returns_of_order" ON "order_returns"("environment_id", "no", "count");

-- The facts of the dataset `orders`: one for each order.
CREATE VIEW "order_facts" AS
SELECT o.environment_id, o.batch_seq, o.create_time AS timestamp, o.no, o.product_id, p.name AS product_name,
       p.series_name AS product_series_name, o.company_id, o.buy_user_id, o.buy_accesskey_id, o.remark,
       o.update_time, 1::bigint AS order_count, o.count, coalesce(r.count, 0)::bigint AS return_count,
       coalesce(g.count, 0)::bigint AS grant_count,
       (o.count - coalesce(r.count, 0) - coalesce(g.count, 0))::bigint AS remain_count, o.total_price
  FROM orders o
  LEFT JOIN order_products p ON p.environment_id = o.environment_id AND p.id = o.product_id
  LEFT JOIN (
    SELECT environment_id, no, sum(count) AS count FROM order_grants GROUP BY environment_id, no
  ) g ON g.environment_id = o.environment_id AND g.no = o.no
  LEFT JOIN (
    SELECT environment_id, no, sum(count) AS count FROM order_returns GROUP BY environment_id, no
  ) r ON r.environment_id = o.environment_id AND r.no = o.no;

CREATE TABLE "consumption_customers" (
    "environment_id" INTEGER NOT NULL,
    "batch_seq" BIGINT NOT NULL,
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,

    CONSTRAINT "consumption_customers_pkey" PRIMARY KEY ("environment_id", "id")
);

CREATE TABLE "consumption_subscriptions" (
    "environment_id" INTEGER NOT NULL,
    "batch_seq" BIGINT NOT NULL,
    "number" TEXT NOT NULL,
    "customer_id" TEXT NOT NULL,
    "account_name" TEXT NOT NULL,
    "start_date" TIMESTAMPTZ(6) NOT NULL,
    "end_date" TIMESTAMPTZ(6),

    CONSTRAINT "consumption_subscriptions_pkey" PRIMARY KEY ("environment_id", "number")
);

-- The subscriptions of a customer.
CREATE INDEX "consumption_subscriptions_of_customer" ON "consumption_subscriptions"("environment_id", "customer_id");

CREATE TABLE "consumption_service_levels" (
    "environment_id" INTEGER NOT NULL,
    "batch_seq" BIGINT NOT NULL,
    "subscription" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "committed_tib" DECIMAL(24,6) NOT NULL,

    CONSTRAINT "consumption_service_levels_pkey" PRIMARY KEY ("environment_id", "subscription", "name")
);

-- The key also serves the newest sample of a service level, and its history.
CREATE TABLE "consumption_samples" (
    "environment_id" INTEGER NOT NULL,
    "batch_seq" BIGINT NOT NULL,
    "subscription" TEXT NOT NULL,
    "service_level" TEXT NOT NULL,
    "timestamp_utc" TIMESTAMPTZ(6) NOT NULL,
    "committed_tib" DECIMAL(24,6) NOT NULL,
    "consumed_tib" DECIMAL(24,6) NOT NULL,
    "burst_tib" DECIMAL(24,6) NOT NULL,
    "accrued_burst_tib" DECIMAL(24,6) NOT NULL,
    "is_invoiced" BOOLEAN NOT NULL,

    CONSTRAINT "consumption_samples_pkey" PRIMARY KEY ("environment_id", "subscription", "service_level", "timestamp_utc")
);

-- The facts of the dataset `consumption`: one for each sample.
CREATE VIEW "consumption_facts" AS
SELECT s.environment_id, s.batch_seq, s.timestamp_utc AS timestamp, b.customer_id, c.name AS customer_name,
       b.account_name, s.subscription, s.service_level, s.is_invoiced, s.committed_tib, s.consumed_tib,
       s.burst_tib, s.accrued_burst_tib
  FROM consumption_samples s
  LEFT JOIN consumption_subscriptions b ON b.environment_id = s.environment_id AND b.number = s.subscription
  LEFT JOIN consumption_customers c ON c.environment_id = b.environment_id AND c.id = b.customer_id;

-- Tokens that see one environment only, and of its customers only some. No environment: all of the organization. No
-- customers: all of the environment.
ALTER TABLE "tokens" ADD COLUMN "environment_id" INTEGER,
ADD COLUMN "customers" TEXT[];

CREATE INDEX "tokens_environment_id_idx" ON "tokens"("environment_id");

ALTER TABLE "tokens" ADD CONSTRAINT "tokens_environment_id_fkey"
    FOREIGN KEY ("environment_id") REFERENCES "environments"("id") ON DELETE CASCADE ON UPDATE RESTRICT;

-- Keys that sign requests for the orders of an environment. The secret is encrypted with a key of the settings, because
-- checking a signature needs it back.
CREATE TABLE "access_keys" (
    "id" TEXT NOT NULL,
    "environment_id" INTEGER NOT NULL,
    "secret" BYTEA NOT NULL,
    "description" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "disabled_at" TIMESTAMPTZ(3),

    CONSTRAINT "access_keys_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "access_keys_environment_id_idx" ON "access_keys"("environment_id");

ALTER TABLE "access_keys" ADD CONSTRAINT "access_keys_environment_id_fkey"
    FOREIGN KEY ("environment_id") REFERENCES "environments"("id") ON DELETE CASCADE ON UPDATE RESTRICT;
