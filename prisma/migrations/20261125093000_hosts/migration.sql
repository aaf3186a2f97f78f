-- The hostnames of environments, in lower case. The key lets a hostname mean one environment of an organization.
CREATE TABLE "environment_hostnames" (
    "organization_id" INTEGER NOT NULL,
    "hostname" TEXT NOT NULL,
    "environment_id" INTEGER NOT NULL,

    CONSTRAINT "environment_hostnames_pkey" PRIMARY KEY ("organization_id", "hostname")
);

CREATE INDEX "environment_hostnames_environment_id_idx" ON "environment_hostnames"("environment_id");

ALTER TABLE "environment_hostnames" ADD CONSTRAINT "environment_hostnames_organization_id_fkey"
    FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

ALTER TABLE "environment_hostnames" ADD CONSTRAINT "environment_hostnames_environment_id_fkey"
    FOREIGN KEY ("environment_id") REFERENCES "environments"("id") ON DELETE CASCADE ON UPDATE RESTRICT;

-- The hostname that a query was submitted to (null: its environment was named), what the client calls it, and the saved
-- report that the client says it comes from.
ALTER TABLE "queries" ADD COLUMN "hostname" TEXT,
ADD COLUMN "name" TEXT,
ADD COLUMN "report_definition_id" TEXT;
