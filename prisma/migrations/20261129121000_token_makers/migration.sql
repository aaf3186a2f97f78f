-- The user that made a token. The token ends with its maker and never has more rights. Null: a token of an earlier version, or
-- the first one of an organization.
ALTER TABLE "tokens" ADD COLUMN "maker_id" INTEGER;
CREATE INDEX "tokens_maker_id_idx" ON "tokens"("maker_id");
ALTER TABLE "tokens" ADD CONSTRAINT "tokens_maker_id_fkey"
    FOREIGN KEY ("maker_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE RESTRICT;
