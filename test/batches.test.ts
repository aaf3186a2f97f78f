import { batchList, deletedBatch, deletedFacts, errorBody, type BatchView } from '@hourglass/contract';
import { eventually, sharedSystem, type TestSystem } from '@hourglass/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from './run-cli.ts';

describe('batches', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await sharedSystem('worker');
  });
  afterAll(() => system.stop());

  const fact = (apiproxy: string, timestamp = '2026-04-04T10:00:00.000Z') =>
    `${JSON.stringify({ timestamp, apiproxy })}\n`;
  const ingest = async (id: string, body: string, dataset = 'api') => {
    const headers = { 'Idempotency-Key': id };
    const response = await system.client.request(`/facts/${dataset}`, { method: 'POST', headers, body });
    expect(response.status).toBe(201);
    return response.json();
  };
  const list = async (query = '') => {
    const response = await system.client.request(`/batches${query}`);
    expect(response.status).toBe(200);
    return batchList.parse(await response.json());
  };
  const idsOf = (batches: readonly BatchView[]) => batches.map(({ batch }) => batch);
  const remove = (id: string, query = '') =>
    system.client.request(`/batches/${encodeURIComponent(id)}${query}`, { method: 'DELETE' });
  const refusalOf = async (id: string, query = '') => {
    const response = await remove(id, query);
    return { status: response.status, code: errorBody.parse(await response.json()).code };
  };
  const count = async (apiproxy: string) => {
    const report = await system.client.report({
      metrics: [{ name: 'message_count', alias: 'calls' }],
      timeRange: { start: '2026-04-04T00:00:00Z', end: '2026-04-06T00:00:00Z' },
      filter: `(apiproxy eq '${apiproxy}')`,
    });
    return report === '' ? 0 : Number((JSON.parse(report) as { calls: string }).calls);
  };

  test('are listed newest first with their facts, time range and user, by dataset and time, in pages', async () => {
    await ingest('list-1', fact('list', '2026-04-04T10:00:00Z') + fact('list', '2026-04-05T11:00:00.5Z'));
    await ingest('list-2', '{"id":"e1","name":"microscope"}\n', 'instruments.instruments');
    await ingest('list-3', fact('list'));
    const { batches } = await list('?pageSize=3');
    expect(idsOf(batches)).toEqual(['list-3', 'list-2', 'list-1']);
    expect(batches[2]).toEqual({
      batch: 'list-1',
      dataset: 'api',
      created: expect.any(String) as string,
      createdBy: system.email,
      facts: 2,
      firstTimestamp: '2026-04-04T10:00:00.000Z',
      lastTimestamp: '2026-04-05T11:00:00.500Z',
    });
    expect(batches[1]).toMatchObject({ dataset: 'instruments.instruments', facts: 1, firstTimestamp: null });
    expect(idsOf((await list('?dataset=instruments.instruments')).batches)).toEqual(['list-2']);
    const created = batches[1]?.created ?? '';
    expect(idsOf((await list(`?from=${created}&pageSize=2`)).batches)).toEqual(['list-3', 'list-2']);
    expect(idsOf((await list(`?to=${created}`)).batches)).not.toContain('list-2');

    const first = await list('?dataset=api&pageSize=1');
    const second = await list(`?dataset=api&pageSize=1&pageToken=${first.nextPageToken}`);
    expect(idsOf([...first.batches, ...second.batches])).toEqual(['list-3', 'list-1']);
    const elsewhere = await system.client.request(`/batches?pageToken=${first.nextPageToken}`);
    expect(elsewhere.status).toBe(400);
    for (const query of ['?dataset=nope', '?from=2026-01-02&to=2026-01-01', '?pageSize=0', '?limit=3']) {
      expect((await system.client.request(`/batches${query}`)).status).toBe(400);
    }
  });

  test('are deleted one by one, exactly and recorded; the same content can be ingested again', async () => {
    const body = fact('wrong').repeat(3);
    await ingest('keep', fact('wrong'));
    await ingest('wrong', body);
    const expected = { batch: 'wrong', dataset: 'api', facts: 3 };
    expect(deletedBatch.parse(await (await remove('wrong', '?dryRun=true')).json())).toEqual(expected);
    expect(await count('wrong')).toBe(4);
    const response = await remove('wrong');
    expect([response.status, await response.json()]).toEqual([200, expected]);
    expect(await count('wrong')).toBe(1);
    expect(idsOf((await list()).batches)).not.toContain('wrong');
    expect(await refusalOf('wrong')).toEqual({ status: 404, code: 'batch.not_found' });
    const line = await eventually(
      'the deletion is in the log',
      async () => (await system.apiLog()).find((one) => one.includes('"batch.delete"')) ?? null,
    );
    expect(JSON.parse(line)).toMatchObject({
      by: system.email,
      environment: 'prod',
      object: 'wrong',
      dataset: 'api',
    });
    expect(await ingest('wrong', body)).toEqual({ batch: 'wrong', accepted: 3 });
    expect(await count('wrong')).toBe(4);
  });

  test('of one id in several datasets need the dataset, and batches of records stay', async () => {
    await ingest('both', fact('both'));
    await ingest('both', '{"id":"e2","name":"centrifuge"}\n', 'instruments.instruments');
    expect(await refusalOf('both')).toEqual({ status: 409, code: 'batch.ambiguous' });
    const records = await refusalOf('both', '?dataset=instruments.instruments');
    expect(records).toEqual({ status: 409, code: 'batch.records' });
    expect((await remove('both', '?dataset=api')).status).toBe(200);
    expect(await count('both')).toBe(0);
  });

  test('lose exactly the facts of a deleted time range', async () => {
    const times = [
      '2026-04-04T09:59:59.999Z',
      '2026-04-04T10:00:00Z',
      '2026-04-04T10:59:59Z',
      '2026-04-04T11:00:00Z',
    ];
    await ingest('range', times.map((time) => fact('range', time)).join(''));
    const removeRange = (query: string, dataset = 'api') =>
      system.client.request(`/facts/${dataset}?${query}`, { method: 'DELETE' });
    const range = { from: '2026-04-04T10:00:00.000Z', to: '2026-04-04T11:00:00.000Z' };
    const query = new URLSearchParams(range).toString();
    for (const bad of ['', 'from=2026-04-04T10:00:00Z', `from=${range.to}&to=${range.from}`]) {
      expect((await removeRange(bad)).status).toBe(400);
    }
    expect((await removeRange(query, 'instruments')).status).toBe(404);
    expect(await count('range')).toBe(4);
    const others = await count('both');
    const response = await removeRange(query);
    const deleted = deletedFacts.parse(await response.json());
    expect(deleted).toMatchObject({ dataset: 'api', ...range });
    expect(deleted.facts).toBeGreaterThanOrEqual(2);
    expect([await count('range'), await count('both')]).toEqual([2, others]);
    const place = ['--org', system.organization, '--env', 'prod'];
    const command = [
      'facts',
      'delete',
      ...place,
      '--from',
      '2026-04-04T11:00:00Z',
      '--to',
      '2026-04-04T12:00:00Z',
    ];
    expect((await runCli(system, ...command)).output).toContain('nothing was done');
    expect((await runCli(system, ...command, '--yes')).output).toBe('deleted 1 fact of api');
    expect(await count('range')).toBe(1);
  });

  test('are listed to readers and deleted by administrators only', async () => {
    await ingest('guarded', fact('guarded'));
    const tokenOf = async (scope: string) => {
      const response = await fetch(`${system.url}/v1/organizations/${system.organization}/tokens`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${system.token}`, 'Content-Type': 'application/json' },
        body: JSON.stringify({ scopes: [scope] }),
      });
      return ((await response.json()) as { token: string }).token;
    };
    const reader = system.clientOf(system.organization, 'prod', `Bearer ${await tokenOf('read')}`);
    expect((await reader.request('/batches')).status).toBe(200);
    expect((await reader.request('/batches/guarded', { method: 'DELETE' })).status).toBe(403);
    const ingester = system.clientOf(system.organization, 'prod', `Bearer ${await tokenOf('ingest')}`);
    expect((await ingester.request('/batches')).status).toBe(403);
  });

  test('are listed and deleted on the command line, which asks unless --yes is given', async () => {
    await ingest('of/cli', fact('cli').repeat(2));
    const place = ['--org', system.organization, '--env', 'prod'];
    const listed = await runCli(system, 'batches', 'list', ...place, '--limit', '1');
    expect(listed.output.split('\n')[0]?.split('\t').slice(1)).toEqual([
      'api',
      'of/cli',
      '2',
      '2026-04-04T10:00:00.000Z',
      '2026-04-04T10:00:00.000Z',
      system.email,
    ]);
    const refused = await runCli(system, 'batches', 'delete', ...place, 'of/cli');
    expect(refused.code).toBe(1);
    expect(refused.output).toContain('this deletes 2 facts of api: the batch of/cli: nothing was done');
    const deleted = await runCli(system, 'batches', 'delete', ...place, 'of/cli', '--yes');
    expect(deleted).toEqual({ code: 0, output: 'deleted 2 facts of api' });
  });
});
