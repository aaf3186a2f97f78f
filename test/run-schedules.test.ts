import {
  listedQuery,
  queryList,
  queryStatus,
  savedReport,
  schedule,
  scheduleRunList,
  type ScheduleRunView as Run,
} from '@hourglass/contract';
import {
  connectDatabase,
  eventually,
  sharedSystem,
  type DatabaseClient,
  type TestSystem,
  type TestTenant,
} from '@hourglass/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

let system: TestSystem;
let database: DatabaseClient;
let report: string;
beforeAll(async () => {
  system = await sharedSystem('worker');
  database = await connectDatabase(system.databaseUrl);
  await system.client.sendFacts([
    { timestamp: '2026-03-01T12:00:00Z', apiproxy: 'first' },
    { timestamp: '2026-03-02T12:00:00Z', apiproxy: 'second' },
  ]);
  report = await save({ displayName: 'Proxies', dimensions: ['apiproxy'] });
});
afterAll(async () => {
  await database.end();
  await system.stop();
});

const call = (method: string, path: string, body: object | null, { token = system.token } = {}) =>
  fetch(`${system.url}/v1/organizations/${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    ...(body === null ? {} : { body: JSON.stringify(body) }),
  });

async function save(body: object, tenant: TestTenant = system): Promise<string> {
  const response = await call('POST', `${tenant.organization}/reports`, body, tenant);
  return savedReport.parse(await response.json()).name;
}

/** Due on the second of March at six, until `makeDue` long ago. */
const inMarch = { cron: '0 6 2 3 *', overrides: { timeRange: 'yesterday' } };
const march = '2026-03-02T06:00:00.000Z';

async function create(body: object, tenant: TestTenant = system): Promise<string> {
  const path = `${tenant.organization}/environments/prod/schedules`;
  const response = await call('POST', path, { report, ...inMarch, ...body }, tenant);
  const text = await response.text();
  expect([response.status, text]).toEqual([201, text]);
  return schedule.parse(JSON.parse(text)).id;
}

/** As if the last of its due times had been handled before `due`. */
async function makeDue(id: string, due: string): Promise<void> {
  await database.sql('update schedules set next_due_at = $2, wake_at = $2 where id = $1', [id, due]);
}

const change = (id: string, body: object) =>
  system.client.request(`/schedules/${id}`, { method: 'PATCH', body: JSON.stringify(body) });

const pathOf = (id: string, tenant: TestTenant = system) =>
  `${tenant.organization}/environments/prod/schedules/${id}`;

async function runsOf(id: string, tenant: TestTenant = system): Promise<readonly Run[]> {
  return scheduleRunList.parse(await (await call('GET', `${pathOf(id, tenant)}/runs`, null, tenant)).json())
    .runs;
}

async function viewOf(id: string) {
  return schedule.parse(await (await call('GET', pathOf(id), null)).json());
}

/** The runs, newest first, once as many have ended. */
const ended = (id: string, count = 1, tenant: TestTenant = system) =>
  eventually(`${count} runs of the schedule end`, async () => {
    const runs = await runsOf(id, tenant);
    return runs.filter(({ state }) => state !== 'submitted' && state !== 'retrying').length >= count
      ? runs
      : null;
  });

async function queryOf(run: Run | undefined) {
  const { queries } = queryList.parse(await (await system.client.request('/queries?pageSize=1000')).json());
  return listedQuery.parse(queries.find(({ self }) => self.endsWith(`/${run?.query}`)));
}

const proxies = async (query = '') =>
  (await (await system.client.request(`/queries/${query}/resultView?pageSize=10`)).text()).match(
    /first|second/g,
  );

describe('a due time', () => {
  test('is one query of the maker over the range that the due time means, however late', async () => {
    const id = await create({});
    await makeDue(id, march);
    const [run, ...others] = await ended(id);
    expect(others).toEqual([]);
    expect(run).toMatchObject({ due: march, state: 'completed', rows: 1 });
    expect(await queryOf(run)).toMatchObject({
      ...{ userId: system.email, name: 'Proxies', reportDefinitionId: report },
      queryParams: { startTimestamp: '2026-03-01T00:00:00.000Z', endTimestamp: '2026-03-02T00:00:00.000Z' },
    });
    expect(await proxies(run?.query)).toEqual(['first']);
    const { nextDueTimes } = await viewOf(id);
    expect(nextDueTimes[0]).toBe('2027-03-02T06:00:00.000Z');
    const ran = savedReport.parse(
      await (await call('GET', `${system.organization}/reports/${report}`, null)).json(),
    );
    expect(Number(ran.lastRunAt)).toBeGreaterThan(Date.parse(march));
  });

  test('resolves a range in the time zone of the report', async () => {
    const id = await create({ overrides: { timeRange: 'yesterday', timeZone: 'Asia/Tokyo', name: 'Tokyo' } });
    await makeDue(id, march);
    const [run] = await ended(id);
    expect(await queryOf(run)).toMatchObject({
      name: 'Tokyo',
      queryParams: { startTimestamp: '2026-02-28T15:00:00.000Z', endTimestamp: '2026-03-01T15:00:00.000Z' },
    });
  });

  test('that was handled before makes no second query', async () => {
    const id = await create({});
    await makeDue(id, march);
    const before = await ended(id);
    // As after a clock that was set back.
    await makeDue(id, march);
    await eventually('the schedule moves on', async () => {
      const [row] = await database.sql<{ due: Date }>(
        'select next_due_at as due from schedules where id = $1',
        [id],
      );
      return row?.due.toISOString() === march ? null : row;
    });
    expect(await runsOf(id)).toEqual(before);
  });

  test('without rows is empty, if the schedule skips empty results', async () => {
    const [skipping, keeping] = [await create({ skipIfEmpty: true }), await create({ skipIfEmpty: false })];
    for (const id of [skipping, keeping]) {
      await change(id, { overrides: { timeRange: 'yesterday', filter: "(apiproxy eq 'none')" } });
      await makeDue(id, march);
    }
    expect(await ended(skipping)).toMatchObject([{ state: 'empty', rows: 0 }]);
    expect(await ended(keeping)).toMatchObject([{ state: 'completed', rows: 0 }]);
  });

  test('that cannot be planned is recorded with the reason, and the next one is due', async () => {
    const broken = await save({ dimensions: ['apiproxy'] });
    const id = await create({ report: broken });
    await call('PUT', `${system.organization}/reports/${broken}`, {
      dimensions: ['apiproxy'],
      query: undefined,
    });
    // A version that refuses what an earlier one accepted.
    await database.sql(`update saved_reports set definition = '{"dimensions":["gone"]}' where id = $1`, [
      broken,
    ]);
    await makeDue(id, march);
    const [run] = await ended(id);
    expect(run).toMatchObject({ due: march, state: 'invalid' });
    expect(run?.reason).toContain('dimensions[0]: ');
    expect(run?.query).toBeUndefined();
    expect((await viewOf(id)).nextDueTimes).toHaveLength(3);
  });

  test('counts against no limit of submissions', async () => {
    const tenant = await system.createTenant();
    const client = system.clientOf(tenant.organization, 'prod', `Bearer ${tenant.token}`);
    const id = await create({ report: await save({ dimensions: ['apiproxy'] }, tenant) }, tenant);
    await makeDue(id, march);
    await ended(id, 1, tenant);
    const response = await client.request('/queries');
    const limit = response.headers.get('X-RateLimit-Limit');
    expect(limit).not.toBeNull();
    expect(response.headers.get('X-RateLimit-Remaining')).toBe(limit);
  });
});

test('a run on demand is a submission of its caller, and leaves due times and history as they are', async () => {
  const id = await create({
    overrides: { timeRange: { start: '2026-03-01T00:00:00Z', end: '2026-03-02T00:00:00Z' } },
    enabled: false,
  });
  const run = () => call('POST', `${pathOf(id)}:run`, null);
  const response = await run();
  const status = queryStatus.parse(await response.json());
  expect([response.status, status.name, status.reportDefinitionId]).toEqual([201, 'Proxies', report]);
  expect(response.headers.get('X-RateLimit-Remaining')).not.toBeNull();
  const query = status.self.slice(status.self.lastIndexOf('/') + 1);
  await system.client.ended(query);
  expect(await proxies(query)).toEqual(['first']);
  expect(await runsOf(id)).toEqual([]);
  expect(await viewOf(id)).toMatchObject({ enabled: false });
  expect(
    await database.sql('select from queries where id = $1 and counted and schedule_id is null', [query]),
  ).toHaveLength(1);
});

describe('missed due times', () => {
  /** An hourly cron whose last due time was half an hour ago, so that no run is on time. */
  const hourly = () => `${(new Date().getUTCMinutes() + 30) % 60} * * * *`;
  const hoursAgo = (cron: string, hours: number) => {
    const due = new Date(Date.now() - 60_000 * 30);
    due.setUTCMinutes(Number(cron.split(' ', 1)[0]), 0, 0);
    while (due.getTime() > Date.now()) due.setTime(due.getTime() - 3_600_000);
    return new Date(due.getTime() - hours * 3_600_000).toISOString();
  };

  test.each([
    ['skip', ['missed'], 4],
    ['latest', ['completed', 'missed'], 3],
    ['all', ['completed', 'completed', 'completed', 'completed'], undefined],
  ] as const)('run by the rule %s', async (catchUp, states, missed) => {
    const cron = hourly();
    const id = await create({ cron, catchUp });
    const first = hoursAgo(cron, 3);
    await makeDue(id, first);
    const runs = await ended(id, states.length);
    expect(runs.map(({ state }) => state)).toEqual(states);
    expect(runs.at(-1)?.due).toBe(first);
    const [newest] = runs;
    expect(newest?.lastDue ?? newest?.due).toBe(hoursAgo(cron, 0));
    expect(runs.find(({ state }) => state === 'missed')?.dueTimes).toBe(missed);
  });

  test('of a suspended organization run by that rule when it is resumed, and not before', async () => {
    const tenant = await system.createTenant();
    const id = await create(
      { report: await save({ dimensions: ['apiproxy'] }, tenant), catchUp: 'all' },
      tenant,
    );
    await database.sql('update organizations set suspended_at = now() where name = $1', [
      tenant.organization,
    ]);
    await makeDue(id, march);
    // A schedule that became due later has run: the worker has looked at both.
    const other = await create({});
    await makeDue(other, march);
    await ended(other);
    const runs = () => database.sql('select from schedule_runs where schedule_id = $1', [id]);
    expect(await runs()).toHaveLength(0);
    await database.sql('update organizations set suspended_at = null where name = $1', [tenant.organization]);
    expect(await ended(id, 1, tenant)).toMatchObject([{ due: march, state: 'completed' }]);
  });

  test('of a paused schedule are not missed', async () => {
    const id = await create({ enabled: false });
    expect((await viewOf(id)).nextDueTimes).toEqual([]);
    const resumed = schedule.parse(await (await change(id, { enabled: true })).json());
    expect(Date.parse(resumed.nextDueTimes[0] ?? '')).toBeGreaterThan(Date.now());
    expect(await runsOf(id)).toEqual([]);
  });
});

describe('a schedule stops visibly', () => {
  async function stops(id: string, stopped: string) {
    // Before its next due time already.
    expect(await viewOf(id)).toMatchObject({ stopped, nextDueTimes: [] });
    await makeDue(id, march);
    expect(await ended(id)).toMatchObject([{ due: march, state: 'stopped', reason: stopped }]);
    expect(await viewOf(id)).toMatchObject({ enabled: false, stopped });
    const queries = await database.sql('select from queries where schedule_id = $1', [id]);
    expect(queries).toHaveLength(0);
    const events = await database.sql(
      "select from audit_events where object = $1 and action = 'schedule.stop'",
      [id],
    );
    expect(events).toHaveLength(1);
  }

  test('when its report is deleted, and runs again with another one', async () => {
    const gone = await save({ dimensions: ['apiproxy'] });
    const id = await create({ report: gone });
    await call('DELETE', `${system.organization}/reports/${gone}`, null);
    await stops(id, 'reportDeleted');
    expect((await change(id, { enabled: true })).status).toBe(400);
    const again = schedule.parse(await (await change(id, { enabled: true, report })).json());
    expect(again.stopped).toBeUndefined();
    expect(again.nextDueTimes).toHaveLength(3);
  });

  test('when its maker is deleted, and runs with the rights of the user that resumes it', async () => {
    const email = `maker@${system.organization}.example`;
    await call('POST', `${system.organization}/users`, {
      email,
      role: 'member',
      password: 'a long password of the maker',
    });
    const made = (await (
      await call('POST', `${system.organization}/tokens`, { email, scopes: ['read', 'submit'] })
    ).json()) as { token: string };
    const id = await create({}, { ...system, token: made.token });
    expect(await viewOf(id)).toMatchObject({ madeBy: email });
    await call('DELETE', `${system.organization}/users/${email}`, null);
    await stops(id, 'userDeleted');
    expect(schedule.parse(await (await change(id, { enabled: true })).json())).toMatchObject({
      madeBy: system.email,
    });
    await makeDue(id, march);
    const runs = await eventually('it ran', async () => {
      const found = await runsOf(id);
      return found.some(({ state }) => state === 'completed') ? found : null;
    });
    expect(await queryOf(runs[0])).toMatchObject({ userId: system.email });
  });

  test('and does not when the session ends in which a user made it', async () => {
    const { email, password } = system;
    const signedIn = (await (
      await fetch(`${system.url}/v1/signIn`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ email, password }),
      })
    ).json()) as { token: string };
    const id = await create({}, { ...system, token: signedIn.token });
    const left = await fetch(`${system.url}/v1/session`, {
      method: 'DELETE',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${signedIn.token}` },
    });
    expect(left.status).toBe(204);
    const { stopped, endsWithToken, nextDueTimes } = await viewOf(id);
    expect([stopped, endsWithToken, nextDueTimes.length]).toEqual([undefined, undefined, 3]);
  });

  test.each(['deleted', 'expired'])('when the token that made it is %s', async (end) => {
    const body = { email: system.email, scopes: ['read', 'submit'], expiresInSeconds: 3600 };
    const made = (await (await call('POST', `${system.organization}/tokens`, body)).json()) as {
      token: string;
      id: string;
      expires: string;
    };
    const id = await create({}, { ...system, token: made.token });
    expect((await viewOf(id)).endsWithToken).toBe(made.expires);
    if (end === 'deleted') await call('DELETE', `${system.organization}/tokens/${made.id}`, null);
    else await database.sql('update tokens set expires_at = now() where id = $1', [made.id]);
    await stops(id, 'tokenEnded');
  });
});

describe('the history', () => {
  test('is listed in pages, newest first, and goes with the schedule', async () => {
    const id = await create({ cron: '0 6 2 * *', catchUp: 'all' });
    const months = Array.from({ length: 3 }, (_, back) => {
      const due = new Date();
      due.setUTCHours(6, 0, 0, 0);
      due.setUTCMonth(due.getUTCMonth() - back - (due.getUTCDate() < 3 ? 1 : 0), 2);
      return due.toISOString();
    });
    await makeDue(id, months.at(-1) ?? '');
    await ended(id, 3);
    const seen: string[] = [];
    let token: string | undefined;
    do {
      const query: string = `?pageSize=2${token === undefined ? '' : `&pageToken=${token}`}`;
      const response = await call('GET', `${pathOf(id)}/runs${query}`, null);
      const page = scheduleRunList.parse(await response.json());
      expect(page.runs.length).toBeLessThanOrEqual(2);
      seen.push(...page.runs.map(({ due }) => due));
      token = page.nextPageToken;
    } while (token !== undefined);
    expect(seen).toEqual(months);
    const other = await create({});
    const first = scheduleRunList.parse(
      await (await call('GET', `${pathOf(id)}/runs?pageSize=1`, null)).json(),
    );
    const foreign = await call('GET', `${pathOf(other)}/runs?pageToken=${first.nextPageToken}`, null);
    expect(foreign.status).toBe(400);
    expect((await call('GET', `${pathOf(id)}/runs?pageSize=0`, null)).status).toBe(400);
    expect((await call('GET', `${pathOf(id)}/runs?pageSize=1001`, null)).status).toBe(400);
    await call('DELETE', pathOf(id), null);
    expect(await database.sql('select from schedule_runs where schedule_id = $1', [id])).toHaveLength(0);
    expect(await database.sql('select from queries where schedule_id = $1', [id])).toHaveLength(3);
  });
});
