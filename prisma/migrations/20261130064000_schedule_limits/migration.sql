-- Limits of schedules, and the ceilings that operators set for them. Null: the defaults of the settings.
ALTER TABLE "environments" ADD COLUMN "max_schedules" INTEGER, ADD COLUMN "scheduled_queries" INTEGER;
ALTER TABLE "organizations" ADD COLUMN "schedules_ceiling" INTEGER, ADD COLUMN "scheduled_queries_ceiling" INTEGER;
