-- Wrong passwords by account, address, and account at an address, each as a hash. Unlogged: writing a guess costs little, and
-- a crash of the server only ends the delays.
CREATE UNLOGGED TABLE "password_failures" (
    "key" TEXT NOT NULL,
    "excess" INTEGER NOT NULL,
    "failed_at" TIMESTAMPTZ(3) NOT NULL,
    "delayed_until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "password_failures_pkey" PRIMARY KEY ("key")
);
CREATE INDEX "password_failures_failed_at_idx" ON "password_failures"("failed_at");

CREATE TABLE "sign_in_addresses" (
    "user_id" INTEGER NOT NULL,
    "address" TEXT NOT NULL,
    "used_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sign_in_addresses_pkey" PRIMARY KEY ("user_id", "address")
);
ALTER TABLE "sign_in_addresses" ADD CONSTRAINT "sign_in_addresses_user_id_fkey"
    FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE RESTRICT;

-- A trigger, so that API processes also notice changes that were made with psql. Prisma's engine splits a migration at every
-- semicolon, also in a quoted body, hence \x3B.
CREATE FUNCTION "notify_account_change"() RETURNS trigger LANGUAGE plpgsql AS
E'BEGIN
    PERFORM pg_notify(\'hourglass_account_changed\', OLD.email)\x3B
    RETURN NULL\x3B
END';
CREATE TRIGGER "users_changed" AFTER UPDATE OR DELETE ON "users"
    FOR EACH ROW EXECUTE FUNCTION "notify_account_change"();
