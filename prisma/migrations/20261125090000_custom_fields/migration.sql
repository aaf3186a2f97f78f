CREATE TYPE "custom_field_type" AS ENUM ('INTEGER', 'FLOAT', 'STRING', 'BOOLEAN', 'DATETIME');

CREATE TYPE "undeclared_fields" AS ENUM ('refuse', 'ignore');

ALTER TABLE "environments" ADD COLUMN "undeclared_fields" "undeclared_fields" NOT NULL DEFAULT 'refuse';

CREATE TABLE "custom_fields" (
    "id" SERIAL NOT NULL,
    "environment_id" INTEGER NOT NULL,
    "dataset" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "folded_name" TEXT NOT NULL,
    "type" "custom_field_type" NOT NULL,
    "description" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "custom_fields_pkey" PRIMARY KEY ("id")
);

-- A name is declared once, whatever its letter case. Lists the fields of an environment and dataset.
CREATE UNIQUE INDEX "custom_fields_environment_id_dataset_folded_name_key" ON "custom_fields"("environment_id", "dataset", "folded_name");

ALTER TABLE "custom_fields" ADD CONSTRAINT "custom_fields_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environments"("id") ON DELETE CASCADE ON UPDATE RESTRICT;

-- The values of a fact's custom fields by their ids: {"31": 5, "32": "gold"}. Null: it has none.
ALTER TABLE "hot_api_facts" ADD COLUMN "custom_fields" JSONB;
