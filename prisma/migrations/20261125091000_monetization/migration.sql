-- The facts of the dataset "mint" that are not sealed yet: one row is one transaction, partitioned by the UTC day of the
-- transaction like "hot_api_facts" and for the same reasons. Its names are those that Apigee's transactions have.
CREATE TABLE "hot_mint_facts" (
    "environment_id" INTEGER NOT NULL,
    "batch_seq" BIGINT NOT NULL,
    "timestamp" TIMESTAMPTZ(3) NOT NULL,
    "id" TEXT,
    "type" TEXT,
    "status" TEXT,
    "txProviderStatus" TEXT,
    "providerTxId" TEXT,
    "parentId" TEXT,
    "startTime" TEXT,
    "endTime" TEXT,
    "utcStartTime" TIMESTAMPTZ(3),
    "utcEndTime" TIMESTAMPTZ(3),
    "notes" TEXT,
    "currency" TEXT,
    "isVirtualCurrency" BOOLEAN,
    "taxModel" TEXT,
    "ratePlanId" TEXT,
    "ratePlanName" TEXT,
    "ratePlanLevel" TEXT,
    "pricingType" TEXT,
    "pkgId" TEXT,
    "pkgName" TEXT,
    "pkgRatePlanProductName" TEXT,
    "application" TEXT,
    "applicationId" TEXT,
    "applicationOrgId" TEXT,
    "developer" TEXT,
    "developerId" TEXT,
    "developerEmail" TEXT,
    "developerOrgId" TEXT,
    "product" TEXT,
    "productId" TEXT,
    "transactionCount" BIGINT,
    "rate" DECIMAL(24,6),
    "revenueShareAmount" DECIMAL(24,6),
    "netAmount" DECIMAL(24,6),
    "taxAmount" DECIMAL(24,6),
    "ratedVolume" DECIMAL(24,6),
    "batchSize" BIGINT,
    "usdExchangeRate" DOUBLE PRECISION,
    "euroExchangeRate" DOUBLE PRECISION,
    "gbpExchangeRate" DOUBLE PRECISION,
    "custom_fields" JSONB
) PARTITION BY RANGE ("timestamp");

-- A snapshot reads an environment's facts in a range of time.
CREATE INDEX "hot_mint_facts_environment_id_timestamp_idx" ON "hot_mint_facts"("environment_id", "timestamp");

-- Exchange rates of an organization: so many units of the target currency for one of the currency on a UTC day. The
-- type leaves every product with an amount of DECIMAL(24,6) within the 38 digits of the engine's decimals.
CREATE TABLE "exchange_rates" (
    "organization_id" INTEGER NOT NULL,
    "target_currency" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "currency" TEXT NOT NULL,
    "rate" DECIMAL(14,10) NOT NULL,

    CONSTRAINT "exchange_rates_pkey" PRIMARY KEY ("organization_id","target_currency","day","currency")
);

ALTER TABLE "exchange_rates" ADD CONSTRAINT "exchange_rates_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;
