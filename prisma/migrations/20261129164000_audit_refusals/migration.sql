-- Inserts the events of refused credentials. An e-mail address is kept only if a user has it: it may be a password in the wrong
-- field. The event belongs to the organization of the user or of the token's user.
CREATE FUNCTION "insert_refusals"("events" JSONB) RETURNS SETOF BIGINT LANGUAGE sql VOLATILE AS $$
  SELECT insert_audit_event(event || jsonb_build_object('organization', o.name, 'email', u.email, 'actor',
           CASE WHEN event->>'tokenId' IS NOT NULL THEN 'token' WHEN u.id IS NOT NULL THEN 'user' ELSE 'stranger' END))
    FROM jsonb_array_elements(events) event
    LEFT JOIN tokens t ON t.id = (event->>'tokenId')::uuid
    LEFT JOIN users u
      ON u.id = coalesce(t.user_id, (SELECT id FROM users WHERE email = lower(event->>'email')))
    LEFT JOIN organizations o ON o.id = u.organization_id
$$;
