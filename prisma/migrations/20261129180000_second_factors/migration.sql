-- A second factor of a user with a password: time-based codes of RFC 6238, and recovery codes. Without a row the user has none.
CREATE TABLE "second_factors" (
    "user_id" INTEGER NOT NULL,
    "sealed_secret" BYTEA NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "confirmed_at" TIMESTAMPTZ(3),
    "last_step" INTEGER,
    "recovery_hashes" TEXT[],
    "wrong_codes" INTEGER NOT NULL DEFAULT 0,
    "delayed_until" TIMESTAMPTZ(3),

    CONSTRAINT "second_factors_pkey" PRIMARY KEY ("user_id")
);
ALTER TABLE "second_factors" ADD CONSTRAINT "second_factors_user_id_fkey"
    FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE RESTRICT;

-- API processes remember passwords with whether a code is needed besides. A deleted user is notified by the trigger of users.
-- Prisma's engine splits a migration at every semicolon, also in a quoted body, hence \x3B.
CREATE FUNCTION "notify_second_factor_change"() RETURNS trigger LANGUAGE plpgsql AS
E'BEGIN
    PERFORM pg_notify(\'hourglass_account_changed\', email) FROM users WHERE id = coalesce(NEW.user_id, OLD.user_id)\x3B
    RETURN NULL\x3B
END';
CREATE TRIGGER "second_factors_changed" AFTER INSERT OR DELETE OR UPDATE OF "confirmed_at" ON "second_factors"
    FOR EACH ROW EXECUTE FUNCTION "notify_second_factor_change"();
