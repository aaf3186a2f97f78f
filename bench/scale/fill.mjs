// Fills a migrated database with generated rows for bench/scale.mjs: the control tables of a large installation.
import { segmentPrefixOf } from '@hourglass/query';
import { Client } from '../rivals/libraries.mjs';

const environmentsOfOrganization = 5;
/** Queries were submitted over the one time, and segments have facts of the other. */
const queryDays = 90;
const factDays = 400;
/** Retention of results and of the event log. */
const resultDays = 7;
const eventsOfQuery = 6;
/** The columns of a usual gateway: a list of about a kilobyte in the row of each segment. */
const valueColumns = [
  ...['batch_seq', 'apiproxy', 'apiproxy_revision', 'request_path', 'request_verb', 'response_status_code'],
  ...[
    'developer',
    'developer_app',
    'api_product',
    'client_id',
    'client_ip',
    'gateway_flow_id',
    'virtual_host',
  ],
  ...['request_size', 'response_size', 'total_response_time', 'target_response_time', 'target_host'],
  ...['useragent', 'is_error', 'message_count'],
];
const rowsOfInsert = 100_000;
const waitingQueries = 2_000;
const runningQueries = 200;
const hotBatches = 20_000;

/**
 * Inserts without triggers and indexes, and creates the indexes at the end, as the migrations define them.
 * @param {string} url of the owner of the tables
 * @param {{ environments: number, segments: number, queries: number, batches: number }} counts
 */
export async function fill(url, counts, log) {
  const client = await connect(url);
  try {
    await client.query(insertTenants(counts.environments));
    const tables = tablesOf(counts);
    const { rows: indexes } = await client.query(
      `select indexname as name, indexdef as definition from pg_indexes
        where tablename = any($1) and indexname not in (select conname from pg_constraint)`,
      [tables.map(({ name }) => name)],
    );
    for (const { name } of indexes) await client.query(`drop index "${name}"`);
    for (const { name, rows, insert } of tables) {
      const parts = Array.from({ length: Math.ceil(rows / rowsOfInsert) }, (_, part) => part * rowsOfInsert);
      await inParallel(url, parts, async (connection, before) => {
        await connection.query(`select setseed(${(before / rowsOfInsert / 1000) % 1})`);
        await connection.query(insert(before + 1, Math.min(rows, before + rowsOfInsert)));
      });
      log(`filled ${name}`);
    }
    await inParallel(url, indexes, (connection, { definition }) => connection.query(definition));
    log(`created ${indexes.length} indexes`);
    await client.query('vacuum (analyze, freeze)');
    await client.query('checkpoint');
  } finally {
    await client.end();
  }
}

async function connect(url) {
  const client = new Client(url);
  await client.connect();
  // Generated rows are consistent, so that triggers and foreign keys would only cost time.
  await client.query(`set session_replication_role = replica; set synchronous_commit = off;
                      set maintenance_work_mem = '1GB'`);
  return client;
}

/** Two connections take the items in order. */
async function inParallel(url, items, work) {
  const waiting = items.toReversed();
  await Promise.all(
    [1, 2].map(async () => {
      const client = await connect(url);
      try {
        for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) await work(client, item);
      } finally {
        await client.end();
      }
    }),
  );
}

/** Ranks of environments by Zipf's law: of 10,000 the first has 7.5 % of the rows, the hundredth 0.1 %. */
const rank = (environments) =>
  `least(${environments}, floor(exp(random() * ln(${environments} + 1))))::integer`;
const organizationOf = (environment) => `'org' || ((${environment} - 1) / ${environmentsOfOrganization} + 1)`;
const nameOf = (environment) => `'env' || ((${environment} - 1) % ${environmentsOfOrganization} + 1)`;

/** @returns {import('@hourglass/query').Tenant} the tenant of this rank */
export function tenantOf(environmentId) {
  const organization = `org${Math.floor((environmentId - 1) / environmentsOfOrganization) + 1}`;
  const environment = `env${((environmentId - 1) % environmentsOfOrganization) + 1}`;
  return { organization, environment, environmentId };
}

/** @returns {import('@hourglass/query').Plan} */
export function planOf(tenant, range) {
  return {
    version: 1,
    dataset: 'api',
    tenant,
    range,
    timeUnit: 'hour',
    metrics: [
      { metric: 'message_count', function: 'sum', alias: 'calls' },
      { metric: 'total_response_time', function: 'avg', alias: 'avg_total_response_time' },
    ],
    dimensions: ['apiproxy', 'response_status_code'],
    filter: null,
    limitRows: null,
    output: { format: 'json' },
  };
}

function insertTenants(environments) {
  return `
    insert into organizations (id, name, created_at)
    select i, 'org' || i, now() - interval '500 days'
      from generate_series(1, ${Math.ceil(environments / environmentsOfOrganization)}) i;
    insert into environments (id, organization_id, name, retention_days, created_at)
    select i, (i - 1) / ${environmentsOfOrganization} + 1, ${nameOf('i')},
           -- In one of a hundred, facts of the first day are past their retention.
           case when i % 100 = 0 then ${factDays - 1} when i % 3 = 0 then ${factDays * 2} end,
           now() - interval '500 days'
      from generate_series(1, ${environments}) i;
    select setval('organizations_id_seq', (select max(id) from organizations)),
           setval('environments_id_seq', (select max(id) from environments));
    insert into fact_changes (environment_id, changed, changed_at)
    select (random() * ${environments - 1})::integer + 1, 'api', now() - interval '90 days' * random()
      from generate_series(1, ${environments * 10}) i`;
}

/** `insert(from, to)` returns a statement for these numbers of rows, both inclusive. Rows are in the order of time. */
function tablesOf({ environments, segments, queries, batches }) {
  return [
    { name: 'segments', rows: segments, insert: insertSegments(environments, segments) },
    { name: 'batches', rows: batches, insert: insertBatches(environments, batches) },
    { name: 'queries', rows: queries, insert: insertQueries(environments, queries) },
    {
      name: 'query_events',
      rows: Math.ceil((queries * resultDays) / queryDays),
      insert: insertEvents(queries),
    },
    { name: 'audit_events', rows: queries / 2, insert: insertAuditEvents(environments, queries / 2) },
  ];
}

const age = (days, total) => `now() - interval '${days} days' * (1 - i::float8 / ${total})`;

/** Nine of ten segments have facts of six hours, the others of three days. 2 % are not live. */
function insertSegments(environments, total) {
  const listed = JSON.stringify(valueColumns.map((name) => ({ name, type: 'text' })));
  return (from, to) => `
    insert into segments (id, environment_id, dataset, state, object_key, bytes, sha256, facts, first_at, last_at, columns, created_at, retired_at)
    select id, e, 'api', state::segment_state, replace('${segmentPrefixOf(0)}', '0', e::text) || 'api/' || id || '.parquet', facts * 22,
           encode(sha256(id::text::bytea), 'hex'), facts, first_at, first_at + hours * interval '1 hour', '${listed}', first_at,
           case state when 'retired' then now() - interval '5 minutes' * random() end
      from (select gen_random_uuid() as id, ${rank(environments)} as e, exp(6.9 + random() * 8.3)::bigint as facts,
                   ${age(factDays, total)} as first_at, case when random() < 0.9 then 6 else 72 end * random() as hours,
                   case when random() < 0.98 then 'live' when random() < 0.9 then 'retired' else 'incoming' end as state
              from generate_series(${from}, ${to}) i) row`;
}

function insertBatches(environments, total) {
  return (from, to) => `
    insert into batches (environment_id, dataset, id, accepted, body_sha256, created_at, hot, first_at, last_at, sealed_with_seq, created_by)
    select e, 'api', gen_random_uuid(), 1000, encode(sha256(i::text::bytea), 'hex'), at, i > ${total - hotBatches},
           at - interval '5 minutes', at, true, 'importer@example.com'
      from (select i, ${rank(environments)} as e, ${age(queryDays, total)} as at from generate_series(${from}, ${to}) i) row`;
}

/** Most are terminal; the newest ones wait or run. */
function insertQueries(environments, total) {
  const plan = JSON.stringify(
    planOf({ organization: '@o', environment: '@e', environmentId: 0 }, { startMs: 1, endExclusiveMs: 2 }),
  );
  const millisecondsOf = (time) => `floor(extract(epoch from ${time}) * 1000)`;
  const filled = [
    ['@o', 'organization'],
    ['@e', 'environment'],
    ['Id":0', `Id":' || e || '`],
    ['"startMs":1', `"startMs":' || ${millisecondsOf("at - days * interval '1 day'")} || '`],
    ['"endExclusiveMs":2', `"endExclusiveMs":' || ${millisecondsOf('at')} || '`],
  ].reduce(
    (text, [found, value]) => text.replace(found, value.includes("'") ? value : `' || ${value} || '`),
    `'${plan}'`,
  );
  return (from, to) => `
    insert into queries (id, environment_id, plan, state, attempt, progress_percent, phase, rows_scanned, submitted_by, created_at, updated_at,
                         first_started_at, started_at, lease_expires_at, failure, archive_key, archive_bytes, archive_md5, result_rows, gzip_bytes,
                         execution_ms, expires_at, watermark, reuse_key, claim_snapshot, made_by)
    select id, e, (${filled})::jsonb, state::query_state, case when began then 1 else 0 end, case when ended then 100 else 0 end,
           case when began then 'writing'::query_phase end, case when began then 1000000 end, 'user' || (i % 20) || '@example.com', at,
           case when ended then at + interval '20 seconds' else at end, case when began then at + interval '1 second' end,
           case when began then at + interval '1 second' end, case state when 'running' then now() + interval '1 day' end,
           case state when 'failed' then 'The query took too long' end,
           case when stored then 'results/' || e || '/' || id || '/1.zip' end, case when stored then 100000 end,
           case when stored then md5(i::text) end, case when stored then 5000 end, case when stored then 99000 end,
           case when stored then 20000 end, case when stored then at + interval '${resultDays} days' end,
           case when stored then i end, sha256((i % 1000000)::text::bytea), case when began then pg_current_snapshot() end,
           case when began then 'bench' end
      from (select *, state in ('completed', 'expired') as stored, state <> 'enqueued' as began, state not in ('enqueued', 'running') as ended,
                   ${organizationOf('e')} as organization, ${nameOf('e')} as environment, case i % 3 when 0 then 1 when 1 then 7 else 30 end as days
              from (select i, gen_random_uuid() as id, ${rank(environments)} as e, ${age(queryDays, total)} as at,
                           case when i > ${total - waitingQueries} then 'enqueued'
                                when i > ${total - waitingQueries - runningQueries} then 'running'
                                when random() < 0.05 then 'failed' when random() < 0.02 then 'cancelled'
                                when i > ${total * (1 - resultDays / queryDays)} then 'completed' else 'expired' end as state
                      from generate_series(${from}, ${to}) i) chosen) row`;
}

/** The events of the queries of the last days, by the order of their submission. */
function insertEvents(queries) {
  const intervalOfQuery = `interval '${queryDays} days' / ${queries}`;
  return (from, to) => `
    insert into query_events (at, environment_id, query_id, is_state_change, state, phase, progress_percent, rows_scanned)
    select q.created_at + n * interval '2 seconds', q.environment_id, q.id, n in (0, 1, ${eventsOfQuery - 1}),
           case n when 0 then 'enqueued' when ${eventsOfQuery - 1} then q.state::text else 'running' end::query_state,
           case when n > 0 then 'computing'::query_phase end, n * 20, n * 100000
      from queries q, generate_series(0, ${eventsOfQuery - 1}) n
     where q.created_at >  now() - interval '${resultDays} days' + ${from - 1} * (${intervalOfQuery})
       and q.created_at <= now() - interval '${resultDays} days' + ${to} * (${intervalOfQuery})
       and (n = 0 or q.state <> 'enqueued') and (n < ${eventsOfQuery - 1} or q.state <> 'running')
     order by q.created_at, n`;
}

function insertAuditEvents(environments, total) {
  return (from, to) => `
    insert into audit_events (at, organization, environment, actor, email, action, object, request_id)
    select at, ${organizationOf('e')}, ${nameOf('e')}, 'user', 'user' || (i % 20) || '@example.com',
           case i % 4 when 0 then 'result.download' else 'query.submit' end, gen_random_uuid(), gen_random_uuid()
      from (select i, ${rank(environments)} as e, ${age(factDays, total)} as at from generate_series(${from}, ${to}) i) row`;
}
