-- A deleted environment belongs to no organization. Its row stays until its data is deleted.
ALTER TABLE "environments" ALTER COLUMN "organization_id" DROP NOT NULL;

-- The columns of a partial index are no key of a row to PostgreSQL. Otherwise a deletion would wait for open batches, whose
-- foreign keys lock the key of their environment.
DROP INDEX "environments_organization_id_name_key";
CREATE UNIQUE INDEX "environments_organization_id_name_key" ON "environments"("organization_id", "name")
 WHERE "organization_id" IS NOT NULL;

-- A deleted organization keeps its name for some minutes.
ALTER TABLE "organizations" ADD COLUMN "deleted_at" TIMESTAMPTZ(3);
