-- What an environment has used of its limits at a moment: submissions of the hour before it, active queries, and the
-- seconds until a place becomes free, null when nothing was submitted within the hour.
--
-- A place becomes free when the oldest submission leaves the hour. When the limit was lowered since, when as many have
-- left that one less than the limit remain.
CREATE FUNCTION "environment_usage"("of_environment" INTEGER, "hour_limit" INTEGER, "moment" TIMESTAMPTZ)
RETURNS TABLE ("submitted" INTEGER, "active" INTEGER, "seconds_to_reset" INTEGER)
LANGUAGE sql STABLE AS $$
  SELECT hour.submitted,
         (SELECT count(*)::integer FROM queries q
           WHERE q.environment_id = of_environment AND q.state IN ('enqueued', 'running')),
         ceil(extract(epoch FROM interval '1 hour' - (moment -
           CASE WHEN hour.submitted > hour_limit
             THEN (SELECT q.created_at FROM queries q
                    WHERE q.environment_id = of_environment AND q.counted
                    ORDER BY q.created_at DESC
                   OFFSET hour_limit - 1 LIMIT 1)
             ELSE hour.oldest
           END)))::integer
    FROM (
      SELECT count(*)::integer AS submitted, min(q.created_at) AS oldest
        FROM queries q
       WHERE q.environment_id = of_environment AND q.counted AND q.created_at > moment - interval '1 hour'
    ) hour
$$;

-- Inserts a query when the limits of its environment allow it, and tells what was used before it. Whoever calls it has
-- locked the environment: being volatile, it sees everything that was committed before it began and not only what its
-- caller's statement sees, and counts and inserts at one moment.
--
-- Without a semicolon in a body, because Prisma's portable schema engine takes each one for the end of a statement.
CREATE FUNCTION "submit_query"(
  "query_id" UUID,
  "of_environment" INTEGER,
  "query_plan" JSONB,
  "submitter" TEXT,
  "query_hostname" TEXT,
  "query_name" TEXT,
  "query_report_definition_id" TEXT,
  "hour_limit" INTEGER,
  "active_limit" INTEGER
)
RETURNS TABLE (
  "submitted" INTEGER,
  "active" INTEGER,
  "seconds_to_reset" INTEGER,
  "inserted_at" TIMESTAMPTZ
)
LANGUAGE sql VOLATILE AS $$
  WITH clock AS MATERIALIZED (
    SELECT clock_timestamp() AS moment
  ),
  used AS MATERIALIZED (
    SELECT clock.moment, usage.*
      FROM clock CROSS JOIN LATERAL environment_usage(of_environment, hour_limit, clock.moment) usage
  ),
  inserted AS (
    INSERT INTO queries (id, environment_id, plan, submitted_by, hostname, name, report_definition_id,
                         created_at, updated_at)
    SELECT query_id, of_environment, query_plan, submitter, query_hostname, query_name, query_report_definition_id,
           used.moment, used.moment
      FROM used
     WHERE used.submitted < hour_limit AND used.active < active_limit
    RETURNING created_at
  )
  SELECT used.submitted, used.active, used.seconds_to_reset, inserted.created_at
    FROM used LEFT JOIN inserted ON true
$$;
