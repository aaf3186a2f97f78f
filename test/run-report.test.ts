import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { errorBody, queryList, queryStatus, savedReport } from '@hourglass/contract';
import { eventually, readArchive, sharedSystem, temporaryFolder, type TestSystem } from '@hourglass/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli, runCommand } from './run-cli.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await sharedSystem('worker');
  await system.client.sendFacts([
    { timestamp: '2026-03-01T01:00:00Z', apiproxy: 'a', response_status_code: 200 },
    { timestamp: '2026-03-01T02:00:00Z', apiproxy: 'a', response_status_code: 500 },
    { timestamp: '2026-03-01T03:00:00Z', apiproxy: 'b', response_status_code: 200 },
    { timestamp: '2026-03-02T03:00:00Z', apiproxy: 'c', response_status_code: 200 },
  ]);
});
afterAll(() => system.stop());

const firstOfMarch = { start: '2026-03-01T00:00:00Z', end: '2026-03-02T00:00:00Z' };
const callsByProxy = {
  displayName: 'Calls by proxy',
  metrics: [{ name: 'message_count', function: 'sum' }],
  dimensions: ['apiproxy'],
};

const ofOrganization = (method: string, path: string, body?: object) =>
  fetch(`${system.url}/v1/organizations/${system.organization}/reports${path}`, {
    method,
    headers: { Authorization: `Bearer ${system.token}`, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

async function save(body: object) {
  return savedReport.parse(await (await ofOrganization('POST', '', body)).json());
}

const run = (name: string, body: object | null = {}, { key, tzo }: { key?: string; tzo?: number } = {}) =>
  system.client.request(`/reports/${name}:run${tzo === undefined ? '' : `?tzo=${tzo}`}`, {
    method: 'POST',
    ...(body === null ? {} : { body: JSON.stringify(body) }),
    ...(key === undefined ? {} : { headers: { 'Idempotency-Key': key } }),
  });

async function submitted(response: Response) {
  const text = await response.text();
  expect([response.status, text]).toEqual([201, text]);
  const status = queryStatus.parse(JSON.parse(text));
  return { ...status, id: status.self.slice(status.self.lastIndexOf('/') + 1) };
}

async function rowsOf(id: string): Promise<unknown[]> {
  expect(await system.client.ended(id)).toMatchObject({ state: 'completed' });
  const parts = await readArchive(await system.client.archive(id));
  const lines = parts.flatMap(({ text }) => text.split('\n').filter((line) => line !== ''));
  return lines.map((line): unknown => JSON.parse(line));
}

async function faultsOf(response: Response) {
  const { code, error } = errorBody.parse(await response.json());
  const fields = error.details.flatMap(({ fieldViolations }) => fieldViolations.map(({ field }) => field));
  return { status: response.status, code, fields };
}

describe('a run of a saved report', () => {
  test('is a query with the id and the name of the report, over the range of the run', async () => {
    const { name, lastRunAt } = await save(callsByProxy);
    expect(lastRunAt).toBeUndefined();
    const query = await submitted(await run(name, { timeRange: firstOfMarch }));
    expect(query).toMatchObject({ name: 'Calls by proxy', reportDefinitionId: name });
    expect(await rowsOf(query.id)).toEqual([
      { apiproxy: 'a', sum_message_count: '2' },
      { apiproxy: 'b', sum_message_count: '1' },
    ]);
    const report = savedReport.parse(await (await ofOrganization('GET', `/${name}`)).json());
    expect(Number(report.lastRunAt)).toBeGreaterThanOrEqual(Number(report.createdAt));
    const listed = queryList.parse(await (await system.client.request('/queries')).json());
    expect(listed.queries.find(({ self }) => self === query.self)).toMatchObject({
      reportDefinitionId: name,
    });

    expect((await ofOrganization('DELETE', `/${name}`)).status).toBe(200);
    expect(await system.client.status(query.id)).toMatchObject({
      state: 'completed',
      reportDefinitionId: name,
    });
    expect(await rowsOf(query.id)).toHaveLength(2);
  });

  test("computes every member of Apigee's form", async () => {
    const { name } = await save({
      ...callsByProxy,
      filter: '(response_status_code lt 500)',
      timeUnit: 'day',
      sortByCols: ['sum(message_count)', 'apiproxy'],
      sortOrder: 'ASC',
      limit: '3',
      topk: '2',
      fromTime: String(Date.UTC(2026, 2, 1)),
      toTime: Date.UTC(2026, 2, 3),
    });
    // Without a body.
    const { id } = await submitted(await run(name, null));
    expect(await rowsOf(id)).toEqual([
      { apiproxy: 'a', day: '2026-03-01 00:00:00 UTC', sum_message_count: '1' },
      { apiproxy: 'b', day: '2026-03-01 00:00:00 UTC', sum_message_count: '1' },
    ]);
  });

  test('sorts descending by default, by a metric with or without its function, or by a dimension', async () => {
    const calls = { timeRange: firstOfMarch };
    for (const [sortByCols, sortOrder, first] of [
      [['message_count'], undefined, 'a'],
      [['message_count'], 'asc', 'b'],
      [['sum(message_count)'], '', 'a'],
      [['sum_message_count'], 'ASC', 'b'],
      [['apiproxy'], 'DESC', 'b'],
    ] as const) {
      const { name } = await save({ ...callsByProxy, sortByCols, sortOrder });
      const { id } = await submitted(await run(name, calls));
      expect([sortByCols, (await rowsOf(id))[0]]).toMatchObject([sortByCols, { apiproxy: first }]);
    }
  });

  test('takes the words of a query of Hourglass, which those of the run replace', async () => {
    const { name } = await save({
      displayName: 'All',
      query: {
        metrics: [{ name: 'message_count', function: 'sum', alias: 'calls' }],
        dimensions: ['apiproxy'],
        orderBy: [{ column: 'calls', direction: 'desc' }],
        timeRange: firstOfMarch,
        limit: 1,
        others: true,
      },
    });
    const { id } = await submitted(await run(name));
    expect(await rowsOf(id)).toEqual([
      { apiproxy: 'a', calls: '2' },
      { apiproxy: '(others)', calls: '1' },
    ]);
    const changed = await submitted(
      await run(name, { name: 'One', dimensions: [], others: false, filter: "(apiproxy ne 'a')" }),
    );
    expect(changed.name).toBe('One');
    expect(await rowsOf(changed.id)).toEqual([{ calls: '1' }]);
    const zoned = await submitted(
      await run(name, { dimensions: [], others: false, groupByTimeUnit: 'day', limit: 5 }, { tzo: -120 }),
    );
    // The bucket of 28 February has the fact at 01:00 UTC.
    expect(await rowsOf(zoned.id)).toHaveLength(2);
  });

  test('is submitted once for an Idempotency-Key, also when the report changes between the requests', async () => {
    const { name } = await save(callsByProxy);
    const key = randomUUID();
    const overrides = { timeRange: 'last60minutes' };
    const first = await submitted(await run(name, overrides, { key }));
    await ofOrganization('PUT', `/${name}`, { ...callsByProxy, displayName: 'Changed' });
    expect((await submitted(await run(name, overrides, { key }))).id).toBe(first.id);
    expect(await faultsOf(await run(name, { timeRange: 'last7days' }, { key }))).toMatchObject({
      status: 409,
      code: 'query.key_reused',
    });
  });

  test('is refused without a range, with wrong words, and for an unknown report, and then does not count as a run', async () => {
    const { name } = await save(callsByProxy);
    expect(await faultsOf(await run(name))).toEqual({
      status: 400,
      code: 'request.invalid',
      fields: ['timeRange'],
    });
    for (const [field, body] of [
      ['timeRange', { timeRange: 'lastHour' }],
      ['timeRange', { timeRange: 7 }],
      ['dimensions[0]', { timeRange: firstOfMarch, dimensions: ['apiprox'] }],
      ['limit', { timeRange: firstOfMarch, limit: '5' }],
      ['dataset', { timeRange: firstOfMarch, dataset: 'api' }],
      ['reportDefinitionId', { timeRange: firstOfMarch, reportDefinitionId: name }],
      ['name', { timeRange: firstOfMarch, name: '' }],
      ['displayName', { timeRange: firstOfMarch, displayName: 'n' }],
      ['body', []],
    ] as const) {
      expect(await faultsOf(await run(name, body))).toEqual({
        status: 400,
        code: 'request.invalid',
        fields: [field],
      });
    }
    for (const id of [randomUUID(), 'Calls by proxy']) {
      expect(await faultsOf(await run(encodeURIComponent(id), { timeRange: firstOfMarch }))).toMatchObject({
        status: 404,
        code: 'report.not_found',
      });
    }
    const report = savedReport.parse(await (await ofOrganization('GET', `/${name}`)).json());
    expect(report.lastRunAt).toBeUndefined();
  });

  test('counts against the limits of the environment', async () => {
    const { name } = await save(callsByProxy);
    const response = await run(name, { timeRange: 'last60minutes' });
    const before = Number(response.headers.get('X-RateLimit-Remaining'));
    expect(response.status).toBe(201);
    await eventually('the next run counts', async () => {
      const next = await run(name, { timeRange: 'last60minutes' });
      return Number(next.headers.get('X-RateLimit-Remaining')) < before;
    });
    await system.client.request('/limits', { method: 'PATCH', body: '{"queriesPerHour":1}' });
    const refused = await run(name, { timeRange: 'last60minutes' });
    await system.client.request('/limits', { method: 'PATCH', body: '{"queriesPerHour":null}' });
    expect(await faultsOf(refused)).toMatchObject({ status: 429, code: 'limit.submissions' });
  });

  test('reads the custom fields of its environment', async () => {
    await system.client.request('/customFields', {
      method: 'POST',
      body: '{"name":"dc_run","type":"INTEGER"}',
    });
    const { name } = await save({ metrics: [{ name: 'dc_run', function: 'sum' }] });
    expect((await run(name, { timeRange: 'last60minutes' })).status).toBe(201);
    const test = system.clientOf(system.organization, 'test');
    const elsewhere = await test.request(`/reports/${name}:run`, {
      method: 'POST',
      body: '{"timeRange":"last60minutes"}',
    });
    expect(await faultsOf(elsewhere)).toMatchObject({ status: 400, fields: ['metrics[0].name'] });
  });
});

describe('hourglass reports', () => {
  const cli = (...args: string[]) => runCli(system, 'reports', ...args, '--org', system.organization);

  test('saves, lists, shows, replaces, runs and deletes a report', async () => {
    const folder = await temporaryFolder();
    const file = path.join(folder.path, 'report.json');
    await writeFile(file, JSON.stringify({ ...callsByProxy, displayName: 'By command' }));
    const { code, output: name } = await cli('save', file);
    expect([code, name]).toEqual([0, expect.stringMatching(/^[0-9a-f-]{36}$/)]);
    expect((await cli('list')).output.split('\n')).toContain(`${name}\tBy command`);
    await writeFile(file, JSON.stringify({ ...callsByProxy, displayName: 'Replaced' }));
    expect(await cli('save', file, '--name', name)).toEqual({ code: 0, output: name });
    expect(JSON.parse((await cli('get', name)).output)).toMatchObject({
      name,
      ...callsByProxy,
      displayName: 'Replaced',
    });
    const overrides = path.join(folder.path, 'overrides.json');
    await writeFile(overrides, JSON.stringify({ timeRange: firstOfMarch, limit: 1 }));
    const first = await cli('run', name, '--env', 'prod', '--overrides', overrides);
    expect(await rowsOf(first.output)).toEqual([{ apiproxy: 'a', sum_message_count: '2' }]);
    const second = await cli('run', name, '--env', 'prod', '--time-range', 'last60minutes');
    expect(await rowsOf(second.output)).toEqual([]);
    expect((await cli('run', name, '--env', 'prod')).code).toBe(1);
    expect(await cli('delete', name)).toEqual({ code: 0, output: `deleted ${name}` });
    expect((await cli('get', name)).code).toBe(1);
    await folder.remove();
  });

  test('names the file of a report that is not JSON', async () => {
    const refused = await runCommand(system, ['reports', 'save', '-', '--org', system.organization], {
      input: '{"displayName":"a","displayName":"b"}',
    });
    expect(refused).toMatchObject({ code: 1, output: '' });
    expect(refused.messages).toContain('standard input: displayName');
  });
});
