import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createdToken,
  environmentUsage,
  errorBody,
  ingestUsage,
  organizationUsage,
  segmentUsage,
  userUsage,
} from '@hourglass/contract';
import { connectDatabase, sharedSystem, type TestSystem } from '@hourglass/testing';
import { runCli } from './run-cli.ts';

describe('the usage of an environment', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await sharedSystem('worker');
    await system.client.sendFacts([
      { timestamp: '2026-05-01T10:00:00Z', apiproxy: 'a' },
      { timestamp: '2026-05-03T10:00:00Z', apiproxy: 'b' },
    ]);
    await system.client.report({
      metrics: [{ name: 'message_count' }],
      timeRange: { start: '2026-05-01T00:00:00Z', end: '2026-05-04T00:00:00Z' },
    });
  });
  afterAll(() => system.stop());

  const get = async (path: string, token = system.token): Promise<{ status: number; body: unknown }> => {
    const response = await fetch(`${system.url}/v1/organizations/${system.organization}${path}`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    return { status: response.status, body: await response.json() };
  };
  const inProd = (path: string, token?: string) => get(`/environments/prod/usage${path}`, token);

  async function newToken(values: object): Promise<{ id: string; token: string }> {
    const response = await fetch(`${system.url}/v1/organizations/${system.organization}/tokens`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${system.token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(values),
    });
    return createdToken.parse(await response.json());
  }

  test('is that of its limits and its storage', async () => {
    const { status, body } = await inProd('');
    expect(status).toBe(200);
    const usage = environmentUsage.parse(body);
    expect(usage).toMatchObject({
      submissions: { used: 1, limit: 1000 },
      activeQueries: { used: 0, limit: 10, running: 0, waiting: 0 },
      scheduledQueries: { used: 0, limit: 10 },
      schedules: { used: 0, limit: 100 },
      results: { count: 1 },
    });
    expect(usage.submissions.renewsInSeconds).toBeGreaterThan(3000);
    expect(usage.results.bytes).toBeGreaterThan(100);
    const [facts] = usage.facts;
    expect((facts?.hotFacts ?? 0) + (facts?.segmentFacts ?? 0)).toBe(2);
    const { output } = await runCli(system, 'usage', '--org', system.organization, '--env', 'prod');
    expect(output).toMatch(/^submissions\t1\t1000\n/);
    expect(output).toContain(`\nresults: bytes\t${usage.results.bytes}`);
  });

  test('has the accepted facts by day and hour', async () => {
    for (const unit of ['day', 'hour'] as const) {
      const usage = ingestUsage.parse((await inProd(`/ingest?unit=${unit}`)).body);
      expect(usage.buckets).toEqual([
        { start: expect.any(String) as string, dataset: 'api', batches: 1, facts: 2 },
      ]);
      expect(usage.countedFrom).toBe(usage.from);
    }
    const { output } = await runCli(
      ...([
        system,
        'usage',
        'ingest',
        '--org',
        system.organization,
        '--env',
        'prod',
        '--unit',
        'hour',
      ] as const),
    );
    expect(output).toMatch(/^20\S+\tapi\t1\t2$/);
  });

  test('has segments with their facts and bytes by day of the facts', async () => {
    const database = await connectDatabase(system.databaseUrl);
    // As sealing leaves them: one segment of three days.
    await database.sql(
      `insert into segments (id, environment_id, dataset, state, object_key, bytes, sha256, facts, first_at, last_at, columns)
       select gen_random_uuid(), e.id, 'mint', 'live', 'none', 3000, '', 30, '2026-05-01', '2026-05-03 23:59:59.999', '[]'
         from environments e join organizations o on o.id = e.organization_id
        where o.name = $1 and e.name = 'prod'`,
      [system.organization],
    );
    await database.end();
    const range = '?from=2026-05-02T05:00:00Z&to=2026-05-03T00:00:00Z';
    const usage = segmentUsage.parse((await inProd(`/segments${range}`)).body);
    expect([usage.from, usage.to]).toEqual(['2026-05-02T00:00:00.000Z', '2026-05-03T00:00:00.000Z']);
    expect(usage.days.filter(({ dataset }) => dataset === 'mint')).toEqual([
      { day: '2026-05-02', dataset: 'mint', segments: 1, facts: 10, bytes: 1000 },
    ]);
    const newest = segmentUsage.parse((await inProd('/segments')).body);
    expect(newest.to).toBe('2026-05-04T00:00:00.000Z');
    const { output } = await runCli(
      ...([system, 'usage', 'segments', '--org', system.organization, '--env', 'prod'] as const),
    );
    expect(output).toContain('2026-05-03\tmint\t1\t10\t1000');
  });

  test('has what each user used, and for administrators what each token used of every environment', async () => {
    const { id, token } = await newToken({ scopes: ['read', 'submit', 'ingest'], description: 'nightly' });
    const submitted = await fetch(`${system.client.environmentUrl}/queries`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ dimensions: ['apiproxy'], timeRange: 'last60minutes' }),
    });
    expect(submitted.status).toBe(201);
    const { users } = userUsage.parse((await inProd('/users', token)).body);
    expect(users).toMatchObject([
      {
        user: system.email,
        submissions: 2,
        failed: 0,
        shared: 0,
        scannedFacts: 2,
        batches: 1,
        ingestedFacts: 2,
      },
    ]);
    const all = organizationUsage.parse((await get('/usage')).body);
    expect(all.users).toMatchObject([{ environment: 'prod', user: system.email, submissions: 2 }]);
    const nightly = all.tokens.find((use) => use.token === id);
    expect(nightly).toMatchObject({
      ...{ description: 'nightly', user: system.email, environment: 'prod' },
      ...{ submissions: 1, scannedFacts: 0, batches: 0 },
    });
    const first = all.tokens.find((use) => use.token !== id);
    expect(first).toMatchObject({ submissions: 1, scannedFacts: 2, batches: 1, ingestedFacts: 2 });
    const { output } = await runCli(system, 'usage', 'organization', '--org', system.organization);
    expect(output).toContain(`prod\t${system.email}\t${id}\t1\t0\t`);
  });

  test('of an organization needs the scope admin, and that of an environment the scope read', async () => {
    const member = await newToken({ scopes: ['read'] });
    const submitter = await newToken({ scopes: ['submit'] });
    const bound = await newToken({ scopes: ['read', 'admin'], environment: 'prod' });
    const statuses = async (token: string) => {
      const paths = ['', '/ingest', '/segments', '/users'];
      const inEnvironment = await Promise.all(paths.map((path) => inProd(path, token)));
      return [...inEnvironment, await get('/usage', token)].map(({ status }) => status);
    };
    expect(await statuses(member.token)).toEqual([200, 200, 200, 200, 403]);
    expect(await statuses(submitter.token)).toEqual([403, 403, 403, 403, 403]);
    expect(await statuses(bound.token)).toEqual([200, 200, 200, 200, 403]);
  });

  test.each([
    ['/environments/prod/usage/ingest?unit=week', 'unit'],
    ['/environments/prod/usage/segments?from=2026-01-01T00:00:00Z&to=2026-01-01T00:00:00Z', 'from'],
    ['/environments/prod/usage/segments?from=2026-01-01T00:00:00Z&to=2026-06-01T00:00:00Z', 'from'],
    ['/environments/prod/usage/segments?from=yesterday', 'from'],
    ['/environments/prod/usage/users?from=2026-01-01T00:00:00Z&to=2026-02-02T00:00:00Z', 'from'],
    ['/environments/prod/usage/users?from=9999-01-01T00:00:00Z', 'from'],
    ['/usage?to=2026', 'to'],
    ['/usage?days=3', 'days'],
  ])('refuses %s with the parameter', async (path, field) => {
    const { status, body } = await get(path);
    expect(status).toBe(400);
    expect(errorBody.parse(body).faults?.map((fault) => fault.field)).toEqual([field]);
  });

  test('of a range far away is empty', async () => {
    for (const range of ['?to=0001-01-05T00:00:00Z', '?from=9999-12-20T00:00:00Z&to=9999-12-31T00:00:00Z']) {
      expect(segmentUsage.parse((await inProd(`/segments${range}`)).body).days).toEqual([]);
      expect(userUsage.parse((await inProd(`/users${range}`)).body).users).toEqual([]);
    }
  });
});
