-- The role above administrators. A type of its own, because a value that
-- is added to an enum cannot be used in the same transaction.
ALTER TYPE "role" RENAME TO "role_without_operator";
CREATE TYPE "role" AS ENUM ('operator', 'administrator', 'member');
ALTER TABLE "users" ALTER COLUMN "role" TYPE "role" USING "role"::text::"role";
DROP TYPE "role_without_operator";

-- Somebody has to be one: the first administrator of the first organization.
UPDATE "users" SET "role" = 'operator'
 WHERE "id" = (SELECT "id" FROM "users"
                WHERE "organization_id" = (SELECT min("id") FROM "organizations") AND "role" = 'administrator'
                ORDER BY "id" LIMIT 1);

-- Ids of tokens are shown now, and must not count those of other organizations. Nothing refers to the old ones.
ALTER TABLE "tokens" ALTER COLUMN "id" DROP DEFAULT,
ALTER COLUMN "id" SET DATA TYPE UUID USING gen_random_uuid(),
ALTER COLUMN "id" SET DEFAULT gen_random_uuid(),
ADD COLUMN "description" TEXT;
DROP SEQUENCE "tokens_id_seq";
