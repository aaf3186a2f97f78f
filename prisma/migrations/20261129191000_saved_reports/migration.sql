-- Queries that an organization keeps. Deleted with their organization, also by an earlier version.
CREATE TABLE "saved_reports" (
    "id" UUID NOT NULL,
    "organization_id" INTEGER NOT NULL,
    "definition" JSON NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "modified_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "viewed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "run_at" TIMESTAMPTZ(3),

    CONSTRAINT "saved_reports_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "saved_reports_organization_id_created_at_id_idx" ON "saved_reports"("organization_id", "created_at", "id");
ALTER TABLE "saved_reports" ADD CONSTRAINT "saved_reports_organization_id_fkey"
    FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE RESTRICT;
