import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { customFieldList, customFieldView, datasetSchema, errorBody } from '@hourglass/contract';
import { sharedSystem, temporaryFolder, type TemporaryFolder, type TestSystem } from '@hourglass/testing';
import { runCli } from './run-cli.ts';

const place = () => ['--org', system.organization, '--env', 'prod'];
const day = (date: string) => ({
  timeRange: { start: `${date}T00:00:00Z`, end: `${date}T23:59:59.999Z` },
});

let system: TestSystem;
let folder: TemporaryFolder;
beforeAll(async () => {
  [system, folder] = await Promise.all([sharedSystem('worker'), temporaryFolder()]);
});
afterAll(async () => {
  await system.stop();
  await folder.remove();
});

const declare = (body: object) =>
  system.client.request('/customFields', { method: 'POST', body: JSON.stringify(body) });
const remove = (name: string) => system.client.request(`/customFields/${name}`, { method: 'DELETE' });
const list = async () => customFieldList.parse(await (await system.client.request('/customFields')).json());
const cli = (...args: string[]) => runCli(system, 'admin', ...args, ...place());
const rows = async (query: object) =>
  (await system.client.report(query))
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
const factFaults = async (fact: object) => {
  const response = await system.client.request('/facts/api', { method: 'POST', body: JSON.stringify(fact) });
  return { status: response.status, text: await response.text() };
};

describe('custom fields', () => {
  test('of all five types are declared, ingested and reported: numbers as metrics, others as dimensions, all in filters', async () => {
    const created = await declare({ name: 'dc_total', type: 'INTEGER', description: 'Cents.' });
    expect([created.status, customFieldView.parse(await created.json())]).toEqual([
      201,
      {
        name: 'dc_total',
        type: 'INTEGER',
        dataset: 'api',
        description: 'Cents.',
        createdAt: expect.any(String) as string,
      },
    ]);
    expect((await declare({ name: 'dcRatio', type: 'FLOAT' })).status).toBe(201);
    expect((await declare({ name: 'dc_plan', type: 'STRING' })).status).toBe(201);
    expect(await cli('custom-field', 'create', 'dc_ok', '--type', 'BOOLEAN')).toEqual({
      code: 0,
      output: 'declared dc_ok as BOOLEAN',
    });
    expect((await cli('custom-field', 'create', 'due', '--type', 'DATETIME')).code).toBe(0);
    expect((await list()).fields.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'dcRatio FLOAT',
      'dc_ok BOOLEAN',
      'dc_plan STRING',
      'dc_total INTEGER',
      'due DATETIME',
    ]);

    const gold = { apiproxy: 'a', dc_plan: 'gold' };
    await system.client.sendFacts([
      {
        ...gold,
        timestamp: '2026-05-01T01:00:00Z',
        dc_total: 10,
        dcRatio: 0.5,
        dc_ok: true,
        due: '2026-06-01',
      },
      { ...gold, timestamp: '2026-05-01T02:00:00Z', dc_total: 5, dcRatio: -2, dc_ok: true },
      { ...gold, timestamp: '2026-05-01T03:00:00Z', dc_ok: false, dc_total: null },
      { timestamp: '2026-05-01T04:00:00Z', apiproxy: 'b', dc_total: -7, due: '2026-06-01T00:00:00.001Z' },
      { timestamp: '2026-05-01T05:00:00Z', apiproxy: 'b' },
    ]);
    expect(
      await rows({
        ...day('2026-05-01'),
        metrics: [
          { name: 'dc_total' },
          { name: 'dc_total', function: 'avg' },
          { name: 'dcRatio', function: 'sum' },
          { name: 'dcRatio', function: 'max', alias: 'top', operator: '*', value: '2' },
        ],
        dimensions: ['dc_plan', 'dc_ok'],
      }),
    ).toEqual([
      {
        sum_dc_total: '-7',
        avg_dc_total: -7,
        sum_dcRatio: null,
        top: null,
        dc_plan: '(not set)',
        dc_ok: '(not set)',
      },
      {
        sum_dc_total: null,
        avg_dc_total: null,
        sum_dcRatio: null,
        top: null,
        dc_plan: 'gold',
        dc_ok: 'false',
      },
      { sum_dc_total: '15', avg_dc_total: 7.5, sum_dcRatio: -1.5, top: 1, dc_plan: 'gold', dc_ok: 'true' },
    ]);
    const calls = { ...day('2026-05-01'), metrics: [{ name: 'message_count', alias: 'calls' }] };
    expect(await rows({ ...calls, dimensions: ['due'] })).toEqual([
      { calls: '1', due: '2026-06-01 00:00:00.000 UTC' },
      { calls: '1', due: '2026-06-01 00:00:00.001 UTC' },
      { calls: '3', due: '(not set)' },
    ]);
    const counted = async (filter: string) =>
      (await rows({ ...calls, dimensions: ['organization'], filter })) as { calls: string }[];
    for (const [filter, expected] of [
      ['dc_total gt 0 and dcRatio lt 0.5', '1'],
      ["dc_ok eq true or dc_plan is null and due ge '2026-06-01T00:00:00.001Z'", '3'],
      ["dc_plan eq 'gold' and dc_ok ne true", '1'],
      ["dcRatio in 0.5,'-2e0' and (dc_total like '1%')", '1'],
    ] as const) {
      expect((await counted(filter))[0]?.calls, filter).toBe(expected);
    }
  });

  test('reject a value of another type, an undeclared field, and a name that is taken or invalid', async () => {
    const timestamp = '2026-05-02T00:00:00Z';
    for (const [fact, words] of [
      [{ dc_total: 1.5 }, 'dc_total: found the number 1.5; expected a whole number'],
      [{ dcRatio: '1' }, String.raw`dcRatio: found the text \"1\"; expected a number`],
      [{ dc_ok: 'true' }, String.raw`dc_ok: found the text \"true\"; expected true or false`],
      [{ due: 'tomorrow' }, String.raw`due: found the text \"tomorrow\"; expected a time`],
      [{ dc_plan: 1 }, 'dc_plan: found the number 1; expected text'],
      [{ dc_plam: 'x' }, String.raw`dc_plam: unknown field \"dc_plam\". Did you mean \"dc_plan\"?`],
    ] as const) {
      const { status, text } = await factFaults({ timestamp, ...fact });
      expect([status, text]).toEqual([400, expect.stringContaining(words) as string]);
    }
    for (const [body, status, code, words] of [
      [{ name: 'DC_TOTAL', type: 'STRING' }, 409, 'custom_field.exists', 'case-insensitive'],
      [{ name: 'Apiproxy', type: 'STRING' }, 400, 'request.invalid', 'name: "Apiproxy" is already a metric'],
      [{ name: 'hour', type: 'STRING' }, 400, 'request.invalid', 'name: "hour" is reserved'],
      [{ name: '1x', type: 'STRING' }, 400, 'request.invalid', 'name: "1x" is not a valid name'],
      [{ name: 'x', type: 'TEXT' }, 400, 'request.invalid', 'type: '],
      [{ name: 'x', type: 'STRING', dataset: 'none' }, 400, 'request.invalid', 'dataset: "none"'],
      [{ name: 'x', type: 'STRING', description: '\0' }, 400, 'request.invalid', 'description: '],
      [{ name: 'x', type: 'STRING', id: 5 }, 400, 'request.invalid', 'id: '],
    ] as const) {
      const response = await declare(body);
      const error = errorBody.parse(await response.json());
      expect([response.status, error.code]).toEqual([status, code]);
      expect(error.message).toContain(words);
    }
    const missing = await remove('dc_none');
    expect([missing.status, errorBody.parse(await missing.json()).code]).toEqual([
      404,
      'custom_field.not_found',
    ]);
    const listed = (await list()).fields.length;
    expect(listed).toBe(5);
  });

  test('are in the schema of their environment beside the fields of the catalogue', async () => {
    const schema = async (environment: string) =>
      datasetSchema.parse(
        await (
          await system
            .clientOf(system.organization, environment)
            .request('/analytics/admin/schemav2?type=fact&disableCache=true')
        ).json(),
      );
    const { meta, dimensions, metrics } = await schema('prod');
    expect(meta).toEqual([]);
    const typesOf = (elements: typeof dimensions) =>
      new Map(elements.map(({ name, properties }) => [name, `${properties.type} ${properties.custom}`]));
    expect(Object.fromEntries(typesOf(dimensions))).toMatchObject({
      apiproxy: 'string false',
      response_status_code: 'integer false',
      ax_hour_of_day: 'string false',
      created: 'datetime false',
      dc_plan: 'string true',
      dc_ok: 'boolean true',
      due: 'datetime true',
    });
    expect(Object.fromEntries(typesOf(metrics))).toMatchObject({
      message_count: 'integer false',
      tps: 'float false',
      fees: 'float false',
      developer_count: 'integer false',
      dc_total: 'integer true',
      dcRatio: 'float true',
    });
    expect(metrics.find(({ name }) => name === 'message_count')?.properties).toMatchObject({
      description: 'API calls that the gateway handled.',
      unit: 'calls',
      functions: ['sum'],
    });
    const declaredAt = dimensions.find(({ name }) => name === 'dc_ok')?.properties.createTime;
    expect(Math.abs(Date.now() - Number(declaredAt))).toBeLessThan(600_000);
    const other = await schema('test');
    expect(other.dimensions).toEqual(dimensions.filter(({ properties }) => properties.custom === 'false'));
    expect(other.metrics).toEqual(metrics.filter(({ properties }) => properties.custom === 'false'));
    const wrong = await system.client.request('/analytics/admin/schemav2?type=dimension');
    expect(wrong.status).toBe(400);
  });

  test('belong to one dataset, whose schema has its own fields', async () => {
    const schema = (parameters: string) => system.client.request(`/analytics/admin/schemav2?${parameters}`);
    const orders = datasetSchema.parse(await (await schema('dataset=orders')).json());
    const names = [...orders.dimensions, ...orders.metrics].map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['product_name', 'order_count']));
    expect(names.filter((name) => name.startsWith('dc_'))).toEqual([]);
    expect(await (await schema('dataset=api')).json()).toEqual(await (await schema('type=fact')).json());
    for (const dataset of ['', 'API', 'order', 'orders,mint']) {
      const response = await schema(`dataset=${dataset}`);
      expect([dataset, response.status]).toEqual([dataset, 400]);
      expect(errorBody.parse(await response.json()).message).toContain('dataset');
    }
  });

  test('are imported from CSV by type, and as one value for all lines of an access log', async () => {
    const write = async (name: string, content: string) => {
      const file = path.join(folder.path, name);
      await writeFile(file, content);
      return file;
    };
    const csv = await write('a.csv', 'timestamp,dc_plan,dc_ok,dc_total\n2026-05-03T00:00:00Z,007,TRUE,3\n');
    expect((await runCli(system, 'import', ...place(), '--format', 'csv', csv)).code).toBe(0);
    const bad = await write('b.csv', 'timestamp,dc_ok\n2026-05-03T00:00:00Z,yes\n');
    const refused = await runCli(system, 'import', ...place(), '--format', 'csv', bad);
    expect([refused.code, refused.output]).toEqual([1, expect.stringContaining('line 2, dc_ok') as string]);
    const log = await write(
      'access.log',
      '10.0.0.1 - - [03/May/2026:10:00:00 +0000] "GET /a HTTP/1.1" 200 5 "-" "-"\n'.repeat(2),
    );
    const combined = ['import', ...place(), '--format', 'combined', '--custom-field', 'dc_total=4'];
    expect((await runCli(system, ...combined, '--custom-field', 'dc_plan=log', log)).code).toBe(0);
    const unknown = await runCli(system, ...combined, '--custom-field', 'dc_none=1', log);
    expect([unknown.code, unknown.output]).toEqual([
      2,
      expect.stringContaining('expected name=value with one of') as string,
    ]);
    expect(
      await rows({ ...day('2026-05-03'), metrics: [{ name: 'dc_total' }], dimensions: ['dc_plan', 'dc_ok'] }),
    ).toEqual([
      { sum_dc_total: '3', dc_plan: '007', dc_ok: 'true' },
      { sum_dc_total: '8', dc_plan: 'log', dc_ok: '(not set)' },
    ]);
  });

  test('are declared by administrators; a token that may only ingest imports CSV without reading the declarations', async () => {
    const { organization, token } = await system.createTenant({ tokenScopes: ['ingest'] });
    const client = system.clientOf(organization, 'prod', `Bearer ${token}`);
    expect((await client.request('/customFields')).status).toBe(403);
    const body = '{"name":"x","type":"STRING"}';
    expect((await client.request('/customFields', { method: 'POST', body })).status).toBe(403);

    const file = path.join(folder.path, 'ingesting.csv');
    await writeFile(file, 'timestamp,apiproxy\n2026-05-03T00:00:00Z,a\n');
    const args = ['import', '--org', organization, '--env', 'prod', '--format', 'csv', file];
    const imported = await runCli({ url: system.url, token }, ...args);
    expect(imported).toEqual({
      code: 0,
      output: expect.stringContaining('accepted 1 fact in 1 batch') as string,
    });
  });

  test('that are deleted and declared again with another type have no values', async () => {
    const timestamp = '2026-05-04T00:00:00Z';
    await system.client.sendFacts([{ timestamp, dc_plan: 'old' }]);
    expect(await cli('custom-field', 'delete', 'dc_plan')).toEqual({ code: 0, output: 'deleted dc_plan' });
    const gone = await system.client.refusal({ ...day('2026-05-04'), dimensions: ['dc_plan'] });
    expect([gone.status, gone.body.message]).toEqual([
      400,
      expect.stringContaining('"dc_plan" is not a dimension') as string,
    ]);
    expect((await factFaults({ timestamp, dc_plan: 'old' })).status).toBe(400);

    expect((await declare({ name: 'dc_plan', type: 'INTEGER' })).status).toBe(201);
    await system.client.sendFacts([{ timestamp, dc_plan: 5 }, { timestamp }]);
    expect(
      await rows({
        ...day('2026-05-04'),
        metrics: [{ name: 'dc_plan' }, { name: 'message_count', alias: 'calls' }],
      }),
    ).toEqual([{ sum_dc_plan: '5', calls: '3' }]);
  });

  test('that are not declared are ignored if the environment is set so, immediately in every process', async () => {
    const other = await system.startApi();
    const sentToOther = async (fact: object) =>
      (
        await fetch(system.client.environmentUrl.replace(system.url, other) + '/facts/api', {
          method: 'POST',
          headers: { Authorization: `Bearer ${system.token}`, 'Content-Type': 'application/json' },
          body: JSON.stringify(fact),
        })
      ).status;
    const fact = { timestamp: '2026-05-05T00:00:00Z', apiproxy: 'a', dc_nobody: { any: 'thing' } };
    expect(await sentToOther(fact)).toBe(400);
    expect(await cli('environment', 'undeclared-fields', 'ignore')).toEqual({
      code: 0,
      output: 'undeclared fields: ignore',
    });
    expect(await sentToOther(fact)).toBe(201);
    // Declared fields are still checked, and derived metrics are still refused.
    expect(await sentToOther({ ...fact, dc_total: 'x' })).toBe(400);
    expect(await sentToOther({ ...fact, tps: 1 })).toBe(400);
    expect(await rows({ ...day('2026-05-05'), metrics: [{ name: 'message_count' }] })).toEqual([
      { sum_message_count: '1' },
    ]);
    const changed = await system.client.request('/customFields', {
      method: 'PATCH',
      body: '{"undeclaredFields":"refuse"}',
    });
    expect(customFieldList.parse(await changed.json()).undeclaredFields).toBe('refuse');
    expect(await sentToOther(fact)).toBe(400);
  });
});

describe('an enqueued query', () => {
  test('still reads a field that is deleted before a worker runs it', async () => {
    const idle = await sharedSystem('api');
    try {
      const { client } = idle;
      const body = JSON.stringify({ name: 'dc_x', type: 'STRING' });
      const fields = '/customFields';
      expect((await client.request(fields, { method: 'POST', body })).status).toBe(201);
      await client.sendFacts([{ timestamp: '2026-05-01T00:00:00Z', dc_x: 'kept' }]);
      const id = await client.submit({ ...day('2026-05-01'), dimensions: ['dc_x'] });
      expect((await client.request(`${fields}/dc_x`, { method: 'DELETE' })).status).toBe(204);
      idle.startWorker();
      expect(await client.ended(id)).toMatchObject({ state: 'completed', resultRows: 1 });
    } finally {
      await idle.stop();
    }
  });
});
