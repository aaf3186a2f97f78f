-- The token with which a token was made, so that a stolen one can be revoked together with those. Null: made with a password,
-- with the organization, or by an earlier version.
ALTER TABLE "tokens" ADD COLUMN "made_with_id" UUID;
CREATE INDEX "tokens_made_with_id_idx" ON "tokens"("made_with_id");
ALTER TABLE "tokens" ADD CONSTRAINT "tokens_made_with_id_fkey"
    FOREIGN KEY ("made_with_id") REFERENCES "tokens"("id") ON DELETE SET NULL ON UPDATE RESTRICT;
