-- What operators allow an organization. Null: the defaults of the settings apply to what its administrators set.
ALTER TABLE "organizations" ADD COLUMN "queries_per_hour_ceiling" INTEGER,
ADD COLUMN "active_queries_ceiling" INTEGER,
ADD COLUMN "turn_weight_ceiling" INTEGER,
ADD COLUMN "retention_days_ceiling" INTEGER;

-- Until now every administrator could give its environments any share of the workers. An organization without an operator keeps
-- the share of weight 1, until an operator allows more.
UPDATE "organizations" o SET "turn_weight_ceiling" = 1
 WHERE EXISTS (SELECT FROM "environments" e WHERE e."organization_id" = o."id" AND e."turn_weight" > 1)
   AND NOT EXISTS (SELECT FROM "users" u WHERE u."organization_id" = o."id" AND u."role" = 'operator');
