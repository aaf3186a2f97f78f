import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  archiveMembers,
  connectDatabase,
  eventually,
  isServiceMissing,
  readArchive,
  s3ServerProblem,
  type ContractClient,
} from '@hourglass/testing';
import { engineOf, startClusterSystem, type ClusterSystem } from './cluster-system.ts';

const isStoreMissing = isServiceMissing({
  service: 'an S3-compatible server',
  problem: s3ServerProblem(),
  environment: process.env,
});
const timeRange = { start: '2026-05-01T00:00:00Z', end: '2026-05-03T00:00:00Z' };
const startMs = Date.parse(timeRange.start);
const hourMs = 3_600_000;
const calls = { name: 'message_count', function: 'sum', alias: 'calls' };
const time = (name: string) => ({ name: 'total_response_time', function: name, alias: name });
const byProxy = { metrics: [calls], dimensions: ['apiproxy'] };
const byHour = { ...byProxy, groupByTimeUnit: 'hour' };

/** Every kind of report that ClickHouse computes. Each shows a mark of the facts' owner. */
const kinds: Readonly<Record<string, object>> = {
  groups: byProxy,
  buckets: byHour,
  csv: { ...byHour, outputFormat: 'csv' },
  xlsx: { ...byProxy, outputFormat: 'xlsx' },
  'percentiles and distinct values': {
    metrics: [
      time('p50'),
      time('p99'),
      { name: 'developer', function: 'count_distinct', alias: 'developers' },
    ],
    dimensions: ['apiproxy'],
  },
  'an order with a limit and the other groups': {
    ...byProxy,
    orderBy: [{ column: 'calls', direction: 'desc' }],
    limit: 1,
    others: true,
  },
  'a condition on rows': { ...byProxy, having: '(calls gt 0)' },
  shares: { metrics: [{ ...calls, as: 'share' }], dimensions: ['apiproxy'] },
  'a comparison': { ...byProxy, compareTo: { start: '2026-05-02T00:00:00Z', end: '2026-05-03T00:00:00Z' } },
  'filled gaps': { ...byHour, fillGaps: true },
  'a filter that matches foreign facts': { ...byProxy, filter: "(apiproxy like '%')" },
  'a custom field': { metrics: [calls], dimensions: ['dc_plan'] },
  'a local time zone': { ...byHour, timeZone: 'Europe/Warsaw' },
  'one row for each fact': { metrics: [calls], dimensions: ['gateway_flow_id'], groupByTimeUnit: 'second' },
  'another dataset': {
    dataset: 'mint',
    metrics: [{ name: 'transactionCount', function: 'sum', alias: 'calls' }],
    dimensions: ['developer'],
  },
};

describe.skipIf(isStoreMissing)('environments whose segments are in one bucket', () => {
  let started: ClusterSystem;
  let owners: readonly { readonly mark: string; readonly facts: number; readonly client: ContractClient }[];
  beforeAll(async () => {
    started = await startClusterSystem(3);
    const { system } = started;
    const stranger = await system.createTenant({ role: 'administrator' });
    const { organization, token } = stranger;
    owners = [
      { mark: 'of-prod', facts: 60, client: system.client },
      { mark: 'of-test', facts: 80, client: system.clientOf(system.organization, 'test') },
      { mark: 'of-other', facts: 90, client: system.clientOf(organization, 'prod', `Bearer ${token}`) },
    ];
    for (const { mark, facts, client } of owners) {
      await post(client, '/customFields', { name: 'dc_plan', type: 'STRING' });
      // Some stay hot.
      for (const count of [facts, 7]) {
        await client.sendFacts(factsOf(mark, count));
        const mint = factsOf(mark, count).map(({ timestamp }) => ({ timestamp, developer: mark }));
        const body = mint.map((fact) => JSON.stringify(fact)).join('\n');
        expect((await client.request('/facts/mint', { method: 'POST', body })).status).toBe(201);
      }
    }
  }, 600_000);
  afterAll(() => started.stop());

  function factsOf(mark: string, count: number) {
    return Array.from({ length: count }, (_, index) => ({
      timestamp: startMs + (index % 40) * hourMs + count,
      apiproxy: `${mark}-${index % 2}`,
      developer: `${mark}-${index % 5}`,
      gateway_flow_id: `${mark}-${count}-${index}`,
      dc_plan: `${mark}-plan`,
      total_response_time: index,
    }));
  }

  async function post(client: ContractClient, path: string, body: object): Promise<void> {
    const response = await client.request(path, { method: 'POST', body: JSON.stringify(body) });
    expect(response.status).toBe(201);
  }

  /** All wait for one worker. */
  const ended = (client: ContractClient, id: string) =>
    eventually(
      `query ${id} ends`,
      async () => {
        const status = await client.status(id);
        return ['enqueued', 'running'].includes(status.state) ? null : status;
      },
      { timeoutMs: 600_000 },
    );

  async function textOf(client: ContractClient, id: string, format: unknown): Promise<string> {
    const archive = await client.archive(id);
    if (format !== 'xlsx') return (await readArchive(archive)).map(({ text }) => text).join('');
    const workbook = (await archiveMembers(archive)).find(({ name }) => name.endsWith('.xlsx'));
    const members = await archiveMembers(workbook?.bytes ?? Buffer.alloc(0));
    return members.map(({ bytes }) => String(bytes)).join('');
  }

  test('show only their own facts in every kind of report', async () => {
    const wrong: unknown[] = [];
    await started.withWorker(started.clusterOnly, async () => {
      await Promise.all(
        owners.map(async ({ mark, facts, client }) => {
          const foreign = owners.filter((owner) => owner.mark !== mark).map((owner) => owner.mark);
          const queries = Object.entries({ ...kinds, total: { metrics: [calls] } }).map(([kind, query]) => ({
            kind,
            query: { ...query, timeRange },
          }));
          const ids = await Promise.all(queries.map(({ query }) => client.submit(query)));
          for (const [index, { kind, query }] of queries.entries()) {
            const id = ids[index] ?? '';
            const { state, error } = await ended(client, id);
            expect([kind, state, error]).toEqual([kind, 'completed', undefined]);
            const text = await textOf(client, id, 'outputFormat' in query ? query.outputFormat : 'json');
            const engine = await engineOf(client, id);
            const shown = foreign.filter((other) => text.includes(other));
            const isOwn = kind === 'total' ? text === `{"calls":"${facts + 7}"}\n` : text.includes(mark);
            if (!isOwn || shown.length > 0 || engine.name !== 'ClickHouse')
              wrong.push({ mark, kind, shown, engine, text });
          }
        }),
      );
    });
    expect(wrong).toEqual([]);
  }, 900_000);

  test('fail when their list names a segment of another environment', async () => {
    const { system } = started;
    const [own, , other] = owners;
    const database = await connectDatabase(system.databaseUrl);
    try {
      const segments = await database.sql<{ id: string; key: string; facts: number }>(
        `select id, object_key as key, facts::int as facts from segments where state = 'live' and dataset = 'api'`,
      );
      const mine = segments.find(({ facts }) => facts === own?.facts);
      const theirs = segments.find(({ facts }) => facts === other?.facts);
      // Another key below theirs, because keys are unique.
      const copy = theirs?.key.replace(/\.parquet$/, '-copy.parquet');
      await database.sql('update segments set object_key = $1 where id = $2', [copy, mine?.id]);
      await started.withWorker(started.clusterOnly, async (worker) => {
        const id = await (own as (typeof owners)[number]).client.submit({ ...byProxy, timeRange });
        const status = await ended((own as (typeof owners)[number]).client, id);
        expect(status.state).toBe('failed');
        expect(JSON.stringify(status)).not.toContain(other?.mark);
        expect(worker.output()).toContain('ForeignObject');
      });
      await database.sql('update segments set object_key = $1 where id = $2', [mine?.key, mine?.id]);
    } finally {
      await database.end();
    }
  });
});
