-- What was done, by which caller, from where, and with what outcome. Names instead of references: events outlive what they describe.
CREATE TABLE "audit_events" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "organization" TEXT,
    "environment" TEXT,
    "actor" TEXT NOT NULL,
    "email" TEXT,
    "token_id" UUID,
    "link_id" UUID,
    "address" TEXT,
    "action" TEXT NOT NULL,
    "object" TEXT,
    "refusal" TEXT,
    "request_id" UUID,
    "details" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "audit_events_pkey" PRIMARY KEY ("at", "id")
);

CREATE INDEX "audit_events_organization_at_id_idx" ON "audit_events"("organization", "at", "id");

-- Refusals are bounded in number as well as in age: strangers cause them.
CREATE INDEX "audit_events_refused_idx" ON "audit_events"("at", "id") WHERE "action" = 'credentials.refused';

-- Inserts an event within any statement, from the JSON of packages/database/src/audit/insert-audit-event.ts.
CREATE FUNCTION "insert_audit_event"("event" JSONB) RETURNS BIGINT LANGUAGE sql VOLATILE AS $$
  INSERT INTO audit_events (organization, environment, actor, email, token_id, link_id, address, action, object, refusal,
                            request_id, details)
  SELECT event->>'organization', event->>'environment', event->>'actor', event->>'email', (event->>'tokenId')::uuid,
         (event->>'linkId')::uuid, event->>'address', event->>'action', event->>'object', event->>'refusal',
         (event->>'requestId')::uuid, coalesce(event->'details', '{}')
  RETURNING id
$$;

-- Events are never changed, and only the retention deletes them. Prisma's engine splits a migration at every semicolon, also in
-- a quoted body, hence \x3B.
CREATE FUNCTION "keep_audit_events"() RETURNS trigger LANGUAGE plpgsql AS
E'BEGIN
    IF TG_OP = \'DELETE\' AND current_setting(\'hourglass.audit_retention\', true) = \'on\' THEN
        RETURN NULL\x3B
    END IF\x3B
    RAISE EXCEPTION \'audit_events: found %, expected inserts only\', TG_OP\x3B
END';
CREATE TRIGGER "audit_events_kept" BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_events"
    FOR EACH STATEMENT EXECUTE FUNCTION "keep_audit_events"();
