/**
 * npm run bench:contracts [-- --short]: measures `/charts` and a page of orders against equivalent hand-written SQL,
 * alternately, over a plain connection. Nothing leaves this machine.
 *
 * Exits with code 1 when a target is missed.
 */
import { createHmac } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { reportFailure } from '../scripts/report-failure.mjs';
import { root, setUp } from '../scripts/setup.mjs';
import { withStandalone } from '../scripts/standalone-process.mjs';
import { median } from './api/latencies.mjs';

const short = process.argv.includes('--short');
const rows = short ? 50_000 : 1_000_000;
const rounds = short ? 5 : 15;
const instruments = 200;
const requested = Array.from({ length: 50 }, (_, index) => `equipment-${index * 4}`);
const year = { from: '2025-01-01 00:00:00', to: '2025-12-31 23:59:59' };
const deepPage = Math.min(1000, rows / 100);
const targets = { shareOfSql: 1.5, allowanceMs: 10, deepToFirst: 3 };
const token = 'token-of-the-benchmark-administrator';

await reportFailure(async () => {
  await setUp();
  const { startPostgres } = await import(path.join(root, 'packages/embedded/dist/index.js'));
  const folder = await mkdtemp(path.join(tmpdir(), 'hourglass-bench-'));
  await chmod(folder, 0o755);
  const log = { debug() {}, info() {}, warn: console.warn };
  const postgres = await startPostgres({ dataDirectory: folder, log });
  try {
    const settings = { DATABASE_URL: postgres.url, HOURGLASS_BOOTSTRAP_TOKEN: token };
    await withStandalone(settings, (supervisor) =>
      Promise.race([measure(supervisor, postgres.url), supervisor.broken]),
    );
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
});

async function measure(supervisor, databaseUrl) {
  const api = await supervisor.ready;
  const { Client } = createRequire(path.join(root, 'packages/database/package.json'))('pg');
  const sql = new Client(databaseUrl);
  await sql.connect();
  try {
    await fill(sql);
    const met = [await compareCharts(api, sql), await compareOrders(api, sql)];
    if (met.includes(false)) process.exitCode = 1;
  } finally {
    await sql.end();
  }
}

/** Inserts uses and orders, spread over two years deterministically. */
async function fill(sql) {
  const environment = `(select min(e.id) from environments e where e.name = 'prod')`;
  await sql.query(`
    insert into instrument_uses (environment_id, batch_seq, id, equipment, user_id, started_at, seconds)
    select ${environment}, 0, 'use-' || n, 'equipment-' || n % ${instruments}, 'user-' || n::bigint * 7919 % 3000,
           timestamptz '2024-07-01 00:00:00Z' + n * interval '2 years' / ${rows}, n % 7200
      from generate_series(1, ${rows}) n;
    insert into order_products (environment_id, batch_seq, id, name, price, period_time, period_unit)
    select ${environment}, 0, n, 'product ' || n, 100 * n, 30, 1 from generate_series(1, 100) n;
    insert into orders (environment_id, batch_seq, no, product_id, count, total_price, buy_user_id, create_time, update_time)
    select ${environment}, 0, 'ORD' || lpad(n::text, 9, '0'), 1 + n % 100, 1 + n % 9, 100 * n, n % 5000, created, created
      from generate_series(1, ${rows}) n,
           lateral (select timestamptz '2024-07-01 00:00:00Z' + n * interval '2 years' / ${rows} as created) c;
    insert into order_grants (environment_id, batch_seq, id, no, count, granted_at)
    select ${environment}, 0, 'grant-' || n, 'ORD' || lpad(n::text, 9, '0'), 1, now()
      from generate_series(1, ${rows}, 3) n`);
  for (const table of ['instrument_uses', 'orders', 'order_products', 'order_grants', 'order_returns']) {
    await sql.query(`vacuum analyze ${table}`);
  }
}

async function compareCharts(api, sql) {
  const bound = await boundToken(api);
  const url = new URL('/charts', api);
  url.searchParams.set('equipment', JSON.stringify(requested));
  url.searchParams.set('resource', '["record"]');
  url.searchParams.set('time', JSON.stringify(['bt', year.from, year.to]));
  url.searchParams.set('unit', 'day');
  const list = requested.map((id) => `'${id}'`).join(', ');
  const byHand = `
    select to_char(date_trunc('day', started_at at time zone 'UTC'), 'YYYY-MM-DD') as date,
           count(distinct user_id) as use_numbers, count(*) as service_times, sum(seconds) as service_time
      from instrument_uses
     where environment_id = (select min(id) from environments where name = 'prod')
       and equipment in (${list})
       and started_at >= '${year.from}Z' and started_at <= '${year.to}Z'
     group by 1 order by 1`;
  const headers = { authorization: `Bearer ${bound}` };
  const check = await get(url, headers);
  const expected = (await sql.query(byHand)).rows;
  if (JSON.stringify(check.record.detail) !== JSON.stringify(expected)) {
    throw new Error('/charts and the SQL return different rows');
  }
  return compare(`/charts, ${requested.length} instruments, a year by day`, {
    endpoint: () => get(url, headers),
    byHand: () => sql.query(byHand),
  });
}

async function compareOrders(api, sql) {
  const key = await accessKey(api);
  const wheres = [
    { k: 'product_id', o: 'in', v: [3, 5, 7] },
    { k: 'count', o: 'gte', v: 4 },
  ];
  const pageOf = (page, conditions) => () => get(signed(api, key, { page, size: 100, conditions }), {});
  const condition = 'o.product_id in (3, 5, 7) and o.count >= 4';
  const environment = `(select min(id) from environments where name = 'prod')`;
  const byHand = `
    select o.*, p.*, coalesce(g.count, 0) as granted, coalesce(r.count, 0) as returned
      from (select * from orders o where o.environment_id = ${environment} and ${condition}
             order by create_time desc, no limit 100) o
      left join order_products p on p.environment_id = o.environment_id and p.id = o.product_id
      left join lateral (select sum(count) as count from order_grants g
                          where g.environment_id = o.environment_id and g.no = o.no) g on true
      left join lateral (select sum(count) as count from order_returns r
                          where r.environment_id = o.environment_id and r.no = o.no) r on true
     order by create_time desc, o.no`;
  const total = `select count(*) from orders o where o.environment_id = ${environment} and ${condition}`;
  const met = await compare('a page of orders with two conditions', {
    endpoint: pageOf(1, wheres),
    async byHand() {
      await sql.query(byHand);
      await sql.query(total);
    },
  });
  const [first, deep] = await measureAlternately([pageOf(1, []), pageOf(deepPage, [])]);
  const deepMet = deep / first <= targets.deepToFirst;
  console.log(
    `${deepMet ? 'met' : 'MISSED'}: page ${deepPage} of size 100 takes ${(deep / first).toFixed(2)} × page 1 ` +
      `(${deep.toFixed(1)} ms, ${first.toFixed(1)} ms), target ≤ ${targets.deepToFirst}`,
  );
  return met && deepMet;
}

async function compare(name, { endpoint, byHand }) {
  const [ownMs, sqlMs] = await measureAlternately([endpoint, byHand]);
  const limitMs = targets.shareOfSql * sqlMs + targets.allowanceMs;
  const met = ownMs <= limitMs;
  console.log(
    `${met ? 'met' : 'MISSED'}: ${name}: ${ownMs.toFixed(1)} ms, SQL ${sqlMs.toFixed(1)} ms, ` +
      `ratio ${(ownMs / sqlMs).toFixed(2)}, target ≤ ${limitMs.toFixed(1)} ms`,
  );
  return met;
}

/** Returns the median of each, in milliseconds. Round -1 warms up and is not counted. */
async function measureAlternately(works) {
  const durations = works.map(() => []);
  for (let round = -1; round < rounds; round += 1) {
    for (const [index, work] of works.entries()) {
      const startMs = performance.now();
      await work();
      if (round >= 0) durations[index].push(performance.now() - startMs);
    }
  }
  return durations.map(median);
}

async function boundToken(api) {
  const made = await post(`${api}/v1/organizations/demo/tokens`, { scopes: ['read'], environment: 'prod' });
  return made.token;
}

function accessKey(api) {
  return post(`${api}/v1/organizations/demo/environments/prod/accessKeys`, {});
}

function signed(api, { accesskeyId, secret }, { page, size, conditions }) {
  const parameters = { page: String(page), size: String(size) };
  if (conditions.length > 0) parameters.wheres = Buffer.from(JSON.stringify(conditions)).toString('base64');
  const expires = String(Math.floor(Date.now() / 1000) + 600);
  const query = Object.keys(parameters)
    .toSorted()
    .map((name) => `${name}=${parameters[name]}`)
    .join('&');
  const text = ['GET', '', '', expires, `/openapi/v1/alg/orders?${query}`].join('\n');
  const signature = createHmac('sha1', secret).update(text).digest('base64');
  const all = new URLSearchParams({ ...parameters, accesskey_id: accesskeyId, expires, signature });
  return new URL(`/openapi/v1/alg/orders?${all}`, api);
}

async function get(url, headers) {
  const response = await fetch(url, { headers });
  if (!response.ok) throw new Error(`${url.pathname}: HTTP ${response.status}: ${await response.text()}`);
  return response.json();
}

async function post(url, body) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status}: ${await response.text()}`);
  return response.json();
}
