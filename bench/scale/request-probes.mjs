// Statements for which clients wait: those of the API, and of the worker between a submission and its result.
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { bindPlan, catalogue } from '@hourglass/query';
import { reuseOf, systemActor } from '@hourglass/reports';
import { planOf, tenantOf } from './fill.mjs';

const dayMs = 86_400_000;
const calls = 200;
const noLimits = { queriesPerHour: 1_000_000_000, activeQueries: 1_000_000_000 };
export const claimTerms = { leaseMs: 3_600_000, maxAttempts: 20, timeoutMs: 86_400_000 };
const audit = {
  ...{ actor: systemActor, action: 'query.submit', organization: null, environment: null },
  ...{ object: null, refusal: null, details: {} },
};

export async function requestProbes({ sql, ...stores }) {
  const [{ environments }] = await sql('select count(*)::integer as environments from environments');
  // Among 10,000 environments, those with 7.5 %, 0.1 % and 0.001 % of the rows.
  const ranks = { largest: 1, large: Math.ceil(environments / 100), small: Math.ceil(environments * 0.9) };
  const tenants = Object.fromEntries(Object.entries(ranks).map(([size, rank]) => [size, tenantOf(rank)]));
  const context = { sql, tenants, ...stores };
  const probes = [
    ...(await pollProbes(context)),
    ...(await listProbes(context)),
    ...(await logProbes(context)),
    ...(await snapshotProbes(context)),
    ...(await claimProbes(context)),
  ];
  return probes.map((probe) => ({ calls, isOfRequest: true, ...probe }));
}

async function pollProbes({ api, sql, tenants }) {
  const polled = await sql(`select id, environment_id as e from queries tablesample system (0.1) limit 2000`);
  const waiting = await sql(`select id from queries where state = 'enqueued' order by created_at limit 500`);
  return [
    {
      name: 'poll of a query',
      call(index) {
        const { id, e } = polled[index % polled.length];
        return api.queries.poll(tenantOf(e), id);
      },
    },
    { name: 'use of limits', call: () => api.queries.usage(tenants.largest, noLimits) },
    {
      name: 'place of a waiting query',
      call: (index) => api.queue.place(waiting[index % waiting.length].id),
    },
    { name: 'load of the queue', calls: 50, call: () => api.queue.load() },
  ];
}

async function listProbes({ api, tenants }) {
  const list = (tenant, criteria) => () => api.queries.list(tenant, criteria, 100);
  const position = { createdAt: new Date(Date.now() - 60 * dayMs), id: randomUUID() };
  return [
    { name: 'list of queries, first page, largest', call: list(tenants.largest, {}) },
    {
      name: 'list of queries, page of 60 days ago, largest',
      call: list(tenants.largest, { after: position }),
    },
    { name: 'list of queries, first page, small', call: list(tenants.small, {}) },
    {
      name: 'list of running queries, largest',
      calls: 20,
      call: list(tenants.largest, { state: 'running' }),
    },
    { name: 'list of failed queries, largest', calls: 20, call: list(tenants.largest, { state: 'failed' }) },
    {
      name: 'list of the queries of a user without any, largest',
      calls: 20,
      call: list(tenants.largest, { submittedBy: 'new@example.com' }),
    },
    { name: 'list of reports, largest', calls: 20, call: list(tenants.largest, { hasReport: true }) },
  ];
}

async function logProbes({ api, sql, tenants }) {
  const [{ newest }] = await sql('select max(id) as newest from query_events');
  const queries = await sql(
    `select q.id, q.environment_id as e from queries q where q.created_at > now() - interval '1 hour' limit 500`,
  );
  const events = (tenant, before) => () =>
    api.queryEvents.ofEnvironment(tenant, null, String(BigInt(newest) - BigInt(before)));
  const { organization } = tenants.largest;
  const page = { order: 'newest', after: null, limit: 100 };
  return [
    {
      name: 'events of a query',
      call(index) {
        const { id, e } = queries[index % queries.length];
        return api.queryEvents.ofQuery(tenantOf(e), id, '0');
      },
    },
    { name: 'events of an environment, none new, largest', call: events(tenants.largest, 0) },
    { name: 'events of an environment, none new, small', call: events(tenants.small, 0) },
    {
      name: 'events of an environment, a page of days ago, largest',
      call: events(tenants.largest, 2_000_000),
    },
    {
      name: 'audit log, first page, largest',
      call: () => api.audit.list({ organization, sinceCreation: true }, page),
    },
  ];
}

async function snapshotProbes({ api, worker, folder, tenants }) {
  const directory = path.join(folder, 'snapshot');
  await mkdir(directory, { recursive: true });
  const target = { directory, signal: new AbortController().signal, timeoutMs: 60_000 };
  const boundPlan = (tenant, daysAgo, days) => {
    const endExclusiveMs = Date.now() - daysAgo * dayMs;
    return bindPlan(planOf(tenant, { startMs: endExclusiveMs - days * dayMs, endExclusiveMs }), catalogue);
  };
  const ranges = [
    ['the last month', 0, 30],
    ['the last day', 0, 1],
    ['a day a year ago', 365, 1],
  ];
  const probes = [];
  for (const [size, tenant] of Object.entries(tenants)) {
    for (const [when, daysAgo, days] of ranges) {
      const plan = boundPlan(tenant, daysAgo, days);
      const { segments } = await worker.factSource.snapshot(plan, target);
      const name = `snapshot of ${when}, ${size}: ${segments.length} segments`;
      probes.push({ name, calls: 50, call: () => worker.factSource.snapshot(plan, target) });
    }
  }
  const estimate = () => api.scans.estimate(boundPlan(tenants.large, 0, 30));
  return [...probes, { name: 'dry run over the last month, large', calls: 50, call: estimate }];
}

/** The path of a query, in the order in which its statements run. */
async function claimProbes({ api, worker }) {
  const shares = new Map();
  const ids = [];
  const running = [];
  const submit = (index) => {
    const plan = planOf(tenantOf(1 + (index % 50)), { startMs: index, endExclusiveMs: Date.now() });
    ids[index] = randomUUID();
    const reuse = reuseOf(plan, catalogue, true);
    return api.queries.submit(
      { id: ids[index], plan, submittedBy: 'user1@example.com', reuse, audit },
      noLimits,
    );
  };
  const progress = { phase: 'computing', percent: 50, rowsScanned: 1000 };
  const publication = (id) => ({
    ...{ archiveKey: `results/${id}/1.zip`, archiveBytes: 1, archiveMd5: '', rows: 1, rowsScanned: 1 },
    ...{ gzipBytes: 1, watermark: 1n, resultTtlSeconds: 86_400 },
  });
  return [
    { name: 'submission', call: submit },
    {
      name: 'choice of the next query',
      call: () => worker.queries.nextWaiting(claimTerms, { shares, skipped: [], maxFacts: null }),
    },
    {
      name: 'choice of the next small query',
      calls: 20,
      call: () => worker.queries.nextWaiting(claimTerms, { shares, skipped: [], maxFacts: 1_000_000 }),
    },
    {
      name: 'claim',
      async call(index) {
        running[index] = await worker.queries.claim(ids[index], claimTerms);
      },
    },
    {
      name: 'renewal of a lease',
      call: (index) => worker.queries.renewLease(ids[index], running[index].attempt, 60_000, progress),
    },
    {
      name: 'publication',
      call: (index) => worker.queries.complete(ids[index], running[index].attempt, publication(ids[index])),
    },
    { name: 'sharing of a result', call: (index) => worker.queries.shareResult(ids[index]) },
  ];
}
