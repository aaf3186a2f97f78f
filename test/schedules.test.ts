import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  auditEventList,
  createdToken,
  errorBody,
  savedReport,
  schedule,
  scheduleList,
} from '@hourglass/contract';
import { sharedSystem, temporaryFolder, type TestSystem } from '@hourglass/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli, runCommand } from './run-cli.ts';

let system: TestSystem;
/** Its query has no range of its own. */
let report: string;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
  system = await sharedSystem('worker');
  report = await save({ displayName: 'Calls', dimensions: ['apiproxy'], filter: "(apiproxy eq 'a')" });
});
afterAll(async () => {
  await folder.remove();
  await system.stop();
});

const headers = () => ({ Authorization: `Bearer ${system.token}`, 'Content-Type': 'application/json' });

async function save(body: object): Promise<string> {
  const url = `${system.url}/v1/organizations/${system.organization}/reports`;
  const response = await fetch(url, { method: 'POST', headers: headers(), body: JSON.stringify(body) });
  return savedReport.parse(await response.json()).name;
}

const request = (method: string, path = '', body?: unknown) =>
  system.client.request(`/schedules${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

/** Never due during a test. */
const yearly = () => ({ report, cron: '0 0 29 2 *', overrides: { timeRange: 'lastMonth' } });

async function create(body: object) {
  const response = await request('POST', '', body);
  const text = await response.text();
  expect([response.status, text]).toEqual([201, text]);
  return schedule.parse(JSON.parse(text));
}

async function faultsOf(response: Response) {
  const { error } = errorBody.parse(await response.json());
  const faults = error.details.flatMap(({ fieldViolations }) => fieldViolations);
  return {
    status: response.status,
    faults: faults.map(({ field, description }) => `${field}: ${description}`),
  };
}

describe('a schedule', () => {
  test('has defaults, its next three due times and its maker in every answer', async () => {
    const made = await create(yearly());
    expect(made).toEqual({
      ...{ id: made.id, report, cron: '0 0 29 2 *', timeZone: 'UTC', catchUp: 'latest' },
      ...{ enabled: true, skipIfEmpty: false, overrides: { timeRange: 'lastMonth' }, madeBy: system.email },
      delivery: [],
      nextDueTimes: ['2028-02-29T00:00:00.000Z', '2032-02-29T00:00:00.000Z', '2036-02-29T00:00:00.000Z'],
      ...{ created: made.created, modified: made.created },
    });
    expect(schedule.parse(await (await request('GET', `/${made.id}`)).json())).toEqual(made);
    const listed = scheduleList.parse(await (await request('GET')).json());
    expect(listed.schedules.find(({ id }) => id === made.id)).toEqual(made);
    expect((await request('DELETE', `/${made.id}`)).status).toBe(204);
    expect((await request('GET', `/${made.id}`)).status).toBe(404);
    expect((await request('DELETE', `/${made.id}`)).status).toBe(404);
  });

  test('is due in its zone, whose name takes its usual spelling', async () => {
    const made = await create({ ...yearly(), timeZone: 'europe/berlin', displayName: 'Leap day' });
    expect(made).toMatchObject({
      ...{ displayName: 'Leap day', timeZone: 'Europe/Berlin' },
      nextDueTimes: ['2028-02-28T23:00:00.000Z', '2032-02-28T23:00:00.000Z', '2036-02-28T23:00:00.000Z'],
    });
  });

  test('keeps what a change does not name, is paused and resumed, and loses a name by null', async () => {
    const made = await create({ ...yearly(), displayName: 'Leap day', skipIfEmpty: true, catchUp: 'all' });
    const patched = async (change: object) =>
      schedule.parse(await (await request('PATCH', `/${made.id}`, change)).json());
    const paused = await patched({ enabled: false });
    expect(paused).toEqual({ ...made, enabled: false, nextDueTimes: [], modified: paused.modified });
    const renamed = await patched({ displayName: null, timeZone: 'asia/tokyo' });
    const { displayName: _, ...unnamed } = paused;
    expect(renamed).toEqual({ ...unnamed, timeZone: 'Asia/Tokyo', modified: renamed.modified });
    const resumed = await patched({ enabled: true, cron: '0 0 1 1 *' });
    expect(resumed.nextDueTimes).toHaveLength(3);
    expect(resumed.nextDueTimes[0]).toMatch(/^20\d\d-12-31T15:00:00.000Z$/);
    expect(resumed).toMatchObject({ cron: '0 0 1 1 *', catchUp: 'all', skipIfEmpty: true });
  });

  test.each([
    ['report', 7, 'report'],
    ['report', undefined, 'report'],
    ['report', 'nothing', 'report: the organization has no saved report "nothing"'],
    ['report', '00000000-0000-4000-8000-000000000000', 'report: the organization has no saved report'],
    ['cron', undefined, 'cron'],
    ['cron', 5, 'cron'],
    ['cron', '', 'cron: "" is not a cron expression; expected five fields'],
    ['cron', '* * * *', 'cron: "* * * *" is not a cron expression; expected five fields'],
    ['cron', '0 * * * * *', 'cron: "0 * * * * *" is not a cron expression; expected five fields'],
    ['cron', '@daily', 'cron: "@daily" is not a cron expression; expected five fields'],
    ['cron', '? ? * * *', 'cron: "? ? * * *" is not a cron expression; expected five fields'],
    ['cron', '2030-01-01T00:00:00', 'cron: "2030-01-01T00:00:00" is not a cron expression'],
    ['cron', '60 * * * *', 'cron: "60 * * * *": Invalid value for minute: 60; expected five fields'],
    ['cron', '0 24 * * *', 'cron: "0 24 * * *": Invalid value for hour: 24'],
    ['cron', '*/0 * * * *', 'cron: "*/0 * * * *": Syntax error, illegal stepping: 0'],
    ['cron', '0 0 30 2 *', 'cron: "0 0 30 2 *" is never due; expected a date that exists'],
    ['cron', `${'1,'.repeat(124)}1 * * * *`, 'cron: has 257 characters; expected at most 256'],
    ['timeZone', 1, 'timeZone'],
    [
      'timeZone',
      'Europe/Berln',
      'timeZone: "Europe/Berln" is not a time zone; expected a name of the tz database',
    ],
    ['timeZone', 'CET', 'timeZone: "CET" is not a time zone'],
    ['catchUp', 'newest', 'catchUp: expected skip, latest or all'],
    ['enabled', 'yes', 'enabled'],
    ['skipIfEmpty', 1, 'skipIfEmpty'],
    ['displayName', '', 'displayName: expected at least 1 character'],
    ['displayName', 'x'.repeat(256), 'displayName: expected at most 255 characters'],
    ['overrides', [], 'overrides'],
    ['overrides', {}, 'overrides.timeRange: is required'],
    ['overrides', { timeRange: 'lastDecade' }, 'overrides.timeRange: "lastDecade" is not a time range'],
    ['overrides', { timeRange: 'today', limits: 1 }, 'overrides'],
    ['overrides', { timeRange: 'today', dimensions: ['apiprox'] }, 'overrides.dimensions[0]'],
    ['delivery', {}, 'delivery'],
    ['Cron', '* * * * *', 'Cron'],
  ])('refuses %s %j', async (name, value, fault) => {
    const { status, faults } = await faultsOf(await request('POST', '', { ...yearly(), [name]: value }));
    expect({ status, faults }).toEqual({ status: 400, faults: [expect.stringContaining(fault)] });
    // A body without a known member has one more fault.
    const isUnknown = name === 'Cron';
    if (isUnknown || value === undefined) return;
    const { id } = await create(yearly());
    const changed = await faultsOf(await request('PATCH', `/${id}`, { [name]: value }));
    expect(changed).toEqual({ status: 400, faults: [expect.stringContaining(fault)] });
    await request('DELETE', `/${id}`);
  });

  test('lists the faults of report, cron and zone together, also of a paused one', async () => {
    const body = { report: 'none', cron: '0 0 31 6 *', timeZone: 'Moon/Base', enabled: false };
    expect(
      (await faultsOf(await request('POST', '', body))).faults.map((fault) => fault.split(':', 1)[0]),
    ).toEqual(['timeZone', 'report']);
    const { id } = await create({ ...yearly(), enabled: false });
    expect((await faultsOf(await request('PATCH', `/${id}`, { cron: '0 0 31 6 *' }))).faults).toHaveLength(1);
    expect((await faultsOf(await request('PATCH', `/${id}`, {}))).status).toBe(400);
  });

  test('names the report for what only the report can repair', async () => {
    const field = await system.client.request('/customFields', {
      method: 'POST',
      body: '{"name":"dc_here","type":"STRING"}',
    });
    expect(field.status).toBe(201);
    const fields = await save({ dimensions: ['dc_here'] });
    const elsewhere = system.clientOf(system.organization, 'test');
    const refused = await elsewhere.request('/schedules', {
      method: 'POST',
      body: JSON.stringify({ ...yearly(), report: fields }),
    });
    expect((await faultsOf(refused)).faults).toEqual([
      expect.stringContaining('report: cannot run here: dimensions[0]: '),
    ]);
  });

  test('names its id in the refusal of another one', async () => {
    for (const id of ['nothing', '00000000-0000-4000-8000-000000000000']) {
      for (const [method, path] of [
        ['GET', ''],
        ['PATCH', ''],
        ['DELETE', ''],
        ['GET', '/runs'],
      ] as const) {
        const response = await request(
          method,
          `/${id}${path}`,
          method === 'PATCH' ? { enabled: false } : undefined,
        );
        expect([method, path, response.status]).toEqual([method, path, 404]);
        expect(errorBody.parse(await response.json()).code).toBe('schedule.not_found');
      }
    }
  });

  test('is made with the scope submit and read with the scope read', async () => {
    const reader = await system.createTenant({ tokenScopes: ['read'] });
    const client = system.clientOf(reader.organization, 'prod', `Bearer ${reader.token}`);
    expect((await client.request('/schedules')).status).toBe(200);
    expect(
      (await client.request('/schedules', { method: 'POST', body: JSON.stringify(yearly()) })).status,
    ).toBe(403);
  });

  test('is refused beyond the limit of its environment, also counting paused ones', async () => {
    const { organization } = system;
    const elsewhere = system.clientOf(organization, 'test');
    const make = (enabled: boolean) =>
      elsewhere.request('/schedules', { method: 'POST', body: JSON.stringify({ ...yearly(), enabled }) });
    await elsewhere.request('/limits', { method: 'PATCH', body: '{"schedules":2}' });
    const statuses = await Promise.all([make(true), make(false), make(false), make(true)]);
    expect(statuses.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([
      201, 201, 409, 409,
    ]);
    const refused = await make(true);
    expect(errorBody.parse(await refused.json())).toMatchObject({
      code: 'schedule.full',
      message: 'This environment already has 2 schedules, the maximum; delete one first',
    });
    await elsewhere.request('/limits', { method: 'PATCH', body: '{"schedules":null}' });
    expect((await make(true)).status).toBe(201);
  });

  test('is written to the audit log with its caller', async () => {
    const { id } = await create(yearly());
    await request('PATCH', `/${id}`, { enabled: false });
    await request('DELETE', `/${id}`);
    const url = `${system.url}/v1/organizations/${system.organization}/audit?object=${id}`;
    const { events } = auditEventList.parse(await (await fetch(url, { headers: headers() })).json());
    expect(events.map(({ action, user }) => [action, user])).toEqual([
      ['schedule.delete', system.email],
      ['schedule.change', system.email],
      ['schedule.create', system.email],
    ]);
  });
});

describe('hourglass schedules', () => {
  const cli = (...args: string[]) =>
    runCli(system, 'schedules', ...args, '--org', system.organization, '--env', 'prod');

  test('makes, lists, shows, changes, pauses, resumes and deletes a schedule, and lists its runs', async () => {
    const overrides = path.join(folder.path, 'overrides.json');
    await writeFile(overrides, '{"timeRange":"lastWeek"}');
    const words = ['--cron', '0 0 29 2 *', '--time-zone', 'Europe/Berlin', '--overrides', overrides];
    const { code, output: id } = await cli(
      'create',
      report,
      ...words,
      '--display-name',
      'Leap day',
      '--skip-if-empty',
    );
    expect([code, id]).toEqual([0, expect.stringMatching(/^[0-9a-f-]{36}$/)]);
    const line = `${id}\t2028-02-28T23:00:00.000Z\t0 0 29 2 *\tEurope/Berlin\tLeap day`;
    expect((await cli('list')).output.split('\n')).toContain(line);
    expect(JSON.parse((await cli('show', id)).output)).toMatchObject({
      ...{ id, report, catchUp: 'latest', skipIfEmpty: true, overrides: { timeRange: 'lastWeek' } },
    });
    expect(await cli('pause', id)).toEqual({
      code: 0,
      output: line.replace('2028-02-28T23:00:00.000Z', 'paused'),
    });
    expect(await cli('resume', id)).toEqual({ code: 0, output: line });
    const changed = await cli('change', id, '--time-zone', 'UTC', '--catch-up', 'all', '--no-skip-if-empty');
    expect(changed.output).toContain('2028-02-29T00:00:00.000Z\t0 0 29 2 *\tUTC');
    expect(JSON.parse((await cli('show', id)).output)).toMatchObject({ catchUp: 'all', skipIfEmpty: false });
    const targets = path.join(folder.path, 'targets.json');
    await writeFile(targets, '[{"kind":"webhook","url":"https://hooks.example.com/secret"}]');
    expect(await cli('change', id, '--delivery', targets)).toMatchObject({ code: 0 });
    expect(JSON.parse((await cli('show', id)).output)).toMatchObject({
      delivery: [{ id: expect.any(String) as string, kind: 'webhook', host: 'hooks.example.com' }],
    });
    expect(await cli('runs', id)).toEqual({ code: 0, output: 'no runs' });
    expect((await cli('runs', id, '--limit', '1001')).code).toBe(1);
    const first = await cli('run', id, '--idempotency-key', id);
    expect(first).toEqual({ code: 0, output: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown });
    expect(await cli('run', id, '--idempotency-key', id)).toEqual(first);
    expect(await cli('runs', id)).toEqual({ code: 0, output: 'no runs' });
    expect(await cli('delete', id)).toEqual({ code: 0, output: `deleted ${id}` });
    expect((await cli('show', id)).code).toBe(1);
    expect((await cli('create', report, '--cron', '0 0 30 2 *', '--overrides', overrides)).output).toContain(
      'is never due',
    );
  });

  test('says when a schedule stops with the token', async () => {
    const url = `${system.url}/v1/organizations/${system.organization}/tokens`;
    const body = JSON.stringify({ email: system.email, scopes: ['read', 'submit'], expiresInSeconds: 3600 });
    const { token, expires } = createdToken.parse(
      await (await fetch(url, { method: 'POST', headers: headers(), body })).json(),
    );
    const overrides = path.join(folder.path, 'range.json');
    await writeFile(overrides, '{"timeRange":"lastWeek"}');
    const place = ['--org', system.organization, '--env', 'prod'];
    const args = [
      'schedules',
      'create',
      report,
      '--cron',
      '0 0 29 2 *',
      '--overrides',
      overrides,
      '--paused',
      ...place,
    ];
    const made = await runCommand({ url: system.url, token }, args);
    expect(made).toMatchObject({ code: 0, messages: `it stops when your token expires, at ${expires}` });
    expect((await cli('list')).output).toContain(`${made.output}\tpaused\t`);
  });
});
