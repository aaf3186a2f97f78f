-- The places of waiting queries, for their clients. The functions have the rights of the owner, because they count queries of every
-- tenant. They return counts, and numbers of facts and seconds without what they belong to.

-- The facts that a query reads if it starts now: all of each live segment that overlaps its range, and those of
-- each hot batch in proportion to the time that it shares with the range.
CREATE FUNCTION "estimated_facts"("of_environment" INTEGER, "query_plan" JSONB) RETURNS DOUBLE PRECISION LANGUAGE sql STABLE AS $$
  SELECT (SELECT coalesce(sum(s.facts), 0)::float8
            FROM segments s
           WHERE s.environment_id = of_environment AND s.dataset = query_plan ->> 'dataset' AND s.state = 'live'
             AND s.last_at >= to_timestamp((query_plan #>> '{range,startMs}')::float8 / 1000)
             AND s.first_at < to_timestamp((query_plan #>> '{range,endExclusiveMs}')::float8 / 1000))
       + (SELECT coalesce(sum((b.accepted - b.deleted) * coalesce(
                   greatest(0, least((query_plan #>> '{range,endExclusiveMs}')::float8, extract(epoch FROM b.last_at) * 1000 + 1)
                             - greatest((query_plan #>> '{range,startMs}')::float8, extract(epoch FROM b.first_at) * 1000))
                   / (extract(epoch FROM b.last_at - b.first_at) * 1000 + 1), 1)), 0)::float8
            FROM batches b
           WHERE b.hot AND b.environment_id = of_environment AND b.dataset = query_plan ->> 'dataset')
$$;

-- The waiting queries with the tags by which they would start, if no other came. One that waits for an equal query has none.
CREATE FUNCTION "queue_tags"()
RETURNS TABLE (
  "id" UUID,
  "environment_id" INTEGER,
  "organization_id" INTEGER,
  "turn" TIMESTAMPTZ,
  "tag" DOUBLE PRECISION
) LANGUAGE sql STABLE AS $$
  SELECT w.id, w.environment_id, w.organization_id, w.turn,
         w.fair_start
           + (row_number() OVER (PARTITION BY w.environment_id ORDER BY w.turn, w.id) - 1)::float8 / w.weight AS tag
    FROM (SELECT q.id, q.environment_id, e.organization_id,
                 q.created_at + (q.attempt - q.excused_attempts) * interval '1 minute' AS turn,
                 greatest(e.next_turn, (SELECT s.turn FROM scheduler s)) AS fair_start,
                 least(e.turn_weight, o.turn_weight_ceiling) AS weight
            FROM queries q
            JOIN environments e ON e.id = q.environment_id
            JOIN organizations o ON o.id = e.organization_id
           WHERE q.state = 'enqueued' AND o.suspended_at IS NULL
             AND (q.joined_to IS NULL OR NOT EXISTS (
                   SELECT FROM queries l WHERE l.id = q.joined_to AND l.state IN ('enqueued', 'running')))) w
$$;

CREATE FUNCTION "queue_places"("asked" UUID[])
RETURNS TABLE (
  "query_id" UUID,
  "place" INTEGER,
  "ours" INTEGER,
  "others" INTEGER,
  "is_retry" BOOLEAN,
  "has_joined" BOOLEAN,
  "facts" DOUBLE PRECISION,
  "equal_for_seconds" DOUBLE PRECISION
) LANGUAGE plpgsql STABLE AS
E'#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH ordered AS MATERIALIZED (
      SELECT t.id AS tagged_id, row_number() OVER (ORDER BY t.tag, t.turn, t.id)::integer AS place,
             row_number() OVER (PARTITION BY t.organization_id ORDER BY t.tag, t.turn, t.id)::integer AS own_place
        FROM queue_tags() t)
    SELECT q.id, coalesce(o.place, 1), coalesce(o.own_place - 1, 0), coalesce(o.place - o.own_place, 0),
           coalesce(q.retry_at > now(), false), q.joined_to IS NOT NULL AND l.id IS NOT NULL,
           estimated_facts(q.environment_id, q.plan),
           CASE WHEN l.state = \'running\' THEN extract(epoch FROM now() - l.started_at)::float8 END
      FROM unnest(asked) a (id)
      JOIN queries q ON q.id = a.id AND q.state = \'enqueued\'
      LEFT JOIN queries l ON l.id = q.joined_to AND l.state IN (\'enqueued\', \'running\')
      LEFT JOIN ordered o ON o.tagged_id = coalesce(l.id, q.id)\x3B
END';

-- The load of the queue: the facts of the next queries and of the running ones, and those of recent runs with their seconds.
CREATE FUNCTION "queue_load"() RETURNS JSONB LANGUAGE plpgsql STABLE AS
E'BEGIN
    RETURN jsonb_build_object(
      \'waiting\', (SELECT coalesce(jsonb_agg(estimated_facts(w.environment_id, w.plan) ORDER BY w.tag, w.turn, w.id), \'[]\')
                    FROM (SELECT t.*, q.plan FROM queue_tags() t JOIN queries q ON q.id = t.id
                           ORDER BY t.tag, t.turn, t.id LIMIT 200) w),
      \'running\', (SELECT coalesce(jsonb_agg(jsonb_build_array(
                           estimated_facts(r.environment_id, r.plan),
                           extract(epoch FROM now() - r.started_at)::float8)), \'[]\')
                    FROM (SELECT q.* FROM queries q
                           WHERE q.state = \'running\' AND q.lease_expires_at > now() LIMIT 100) r),
      \'past\', (SELECT coalesce(jsonb_agg(jsonb_build_array(p.rows_scanned, p.execution_ms / 1000.0,
                           extract(epoch FROM p.created_at - now()), extract(epoch FROM p.updated_at - now()))
                                          ORDER BY p.expires_at DESC), \'[]\')
                 FROM (SELECT q.rows_scanned, q.execution_ms, q.expires_at, q.created_at, q.updated_at FROM queries q
                        WHERE q.state = \'completed\' AND q.reused_from IS NULL AND q.rows_scanned IS NOT NULL
                        ORDER BY q.expires_at DESC LIMIT 200) p))\x3B
END';
