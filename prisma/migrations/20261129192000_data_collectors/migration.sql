-- Custom fields that every environment of an organization has. Deleted with their organization, also by an earlier version.
CREATE TABLE "data_collectors" (
    "organization_id" INTEGER NOT NULL,
    "folded_name" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "type" "custom_field_type" NOT NULL,
    "description" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "data_collectors_pkey" PRIMARY KEY ("organization_id", "folded_name")
);
ALTER TABLE "data_collectors" ADD CONSTRAINT "data_collectors_organization_id_fkey"
    FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE RESTRICT;
