import {
  auditEventList,
  createdSharedView,
  errorBody,
  openedSharedView,
  resultView,
  savedReport,
  sharedViewList,
  type CreatedSharedView,
} from '@hourglass/contract';
import {
  connectDatabase,
  eventually,
  sharedSystem,
  type DatabaseClient,
  type TestSystem,
} from '@hourglass/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserRequest } from './console/browser-request.ts';
import { runCli } from './run-cli.ts';

const day = { start: '2026-03-01T00:00:00Z', end: '2026-03-02T00:00:00Z' };
const ada = "(developer_email eq 'ada@example.com')";

let system: TestSystem;
let database: DatabaseClient;
let report: string;
beforeAll(async () => {
  system = await sharedSystem('worker');
  database = await connectDatabase(system.databaseUrl);
  await system.client.sendFacts(
    ['ada', 'ada', 'bob'].map((name, index) => ({
      ...{ timestamp: `2026-03-01T0${index}:00:00Z`, apiproxy: index === 0 ? 'maps' : 'mail' },
      developer_email: `${name}@example.com`,
    })),
  );
  report = await save({ filter: "(apiproxy eq 'mail') or (apiproxy eq 'maps')" });
});
afterAll(async () => {
  await database.end();
  await system.stop();
});

const headers = (token = system.token) => ({
  Authorization: `Bearer ${token}`,
  'Content-Type': 'application/json',
});

async function save({ displayName = 'Calls', filter = "(apiproxy ne 'none')" } = {}): Promise<string> {
  const response = await fetch(`${system.url}/v1/organizations/${system.organization}/reports`, {
    method: 'POST',
    headers: headers(),
    body: JSON.stringify({
      displayName,
      query: {
        ...{ dimensions: ['developer_email', 'apiproxy'], timeRange: day, filter },
        metrics: [{ name: 'message_count', function: 'sum', alias: 'calls' }],
      },
    }),
  });
  const text = await response.text();
  expect([response.status, text]).toEqual([200, text]);
  return savedReport.parse(JSON.parse(text)).name;
}

const request = (method: string, path = '', body?: unknown) =>
  system.client.request(`/sharedViews${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

async function share(body: object): Promise<CreatedSharedView> {
  const response = await request('POST', '', body);
  const text = await response.text();
  expect([response.status, text]).toEqual([201, text]);
  return createdSharedView.parse(JSON.parse(text));
}

const secretOf = ({ url }: Pick<CreatedSharedView, 'url'>) => new URL(url).hash.slice(1);

/** Calls the API as the bearer of a view does, without an account. */
const open = (view: CreatedSharedView, path = '', { method = 'GET', secret = secretOf(view) } = {}) =>
  fetch(`${system.url}/v1/shared/${view.id}${path}`, {
    method,
    headers: { Authorization: `Bearer ${secret}` },
  });

/** Runs the view and returns its rows. */
async function rowsOf(view: CreatedSharedView) {
  await open(view, ':run', { method: 'POST' });
  await eventually('the report has run', async () => {
    const opened = openedSharedView.parse(await (await open(view)).json());
    return opened.query?.state === 'completed' ? true : null;
  });
  const found = resultView.parse(await (await open(view, '/resultView?pageSize=100')).json());
  return found.rows;
}

async function faultsOf(body: object): Promise<readonly string[]> {
  const response = await request('POST', '', body);
  expect(response.status).toBe(400);
  const { error } = errorBody.parse(await response.json());
  return error.details.flatMap(({ fieldViolations }) => fieldViolations.map(({ field }) => field));
}

describe('a shared view', () => {
  test('of a report shows the rows of its pinned filter only, whatever the filter of the report becomes', async () => {
    const view = await share({ report, filter: ada, title: 'Calls of Ada' });
    expect(await rowsOf(view)).toEqual([
      { calls: '1', developer_email: 'ada@example.com', apiproxy: 'mail' },
      { calls: '1', developer_email: 'ada@example.com', apiproxy: 'maps' },
    ]);
    const all = await share({ report });
    expect(await rowsOf(all)).toHaveLength(3);
    const opened = openedSharedView.parse(await (await open(view)).json());
    expect(opened).toMatchObject({ title: 'Calls of Ada', isReport: true, expires: view.expires });
    expect(JSON.stringify(opened)).not.toContain(system.organization);
  });

  test('cannot widen its filter by a text that is no filter on its own', async () => {
    const ends = `${ada}) or (developer_email ne 'ada@example.com'`;
    expect(await faultsOf({ report, filter: ends })).toEqual(['filter']);
    expect(await faultsOf({ report, filter: '(colour eq 1)' })).toEqual(['filter']);
  });

  test('of a result shows its rows, also when it is opened again, and runs nothing', async () => {
    const query = await system.client.submit({ dimensions: ['apiproxy'], timeRange: day });
    await system.client.ended(query);
    const view = await share({ query });
    expect(await rowsOf(view)).toEqual([{ apiproxy: 'mail' }, { apiproxy: 'maps' }]);
    const [counted] = await database.sql<{ found: number }>(
      'select count(*)::integer as found from queries where id = $1 or reused_from = $1',
      [query],
    );
    expect(counted?.found).toBe(1);
  });

  test('opens for its secret only, until it is revoked or expires', async () => {
    const view = await share({ report });
    const other = await share({ report });
    const token = system.token;
    for (const secret of [secretOf(other), `${secretOf(view)}x`, token, '']) {
      const refused = await open(view, '', { secret });
      expect([secret, refused.status]).toEqual([secret, 403]);
    }
    expect((await open(view, '/resultView')).status).toBe(404);
    // A secret is no token.
    expect((await fetch(system.client.environmentUrl, { headers: headers(secretOf(view)) })).status).toBe(
      401,
    );
    expect((await request('DELETE', `/${view.id}`)).status).toBe(204);
    expect((await open(view)).status).toBe(403);
    await database.sql('update shared_views set expires_at = now() where id = $1', [other.id]);
    expect((await open(other)).status).toBe(403);
    expect((await request('DELETE', '/nothing')).status).toBe(404);
  });

  test('opens nothing but itself: no archive, no other format of its query, and no other query', async () => {
    const view = await share({ report, filter: ada });
    await rowsOf(view);
    const other = await system.client.submit({ dimensions: ['apiproxy'], timeRange: day });
    await system.client.ended(other);
    const [shown] = await database.sql<{ id: string }>(
      'select shown_query_id as id from shared_views where id = $1',
      [view.id],
    );
    const { environmentUrl } = system.client;
    const paths = [shown?.id ?? '', other].flatMap((id) =>
      ['', '/result', '/resulturl', '/resultView', '/submission', '/events'].map((path) => `/${id}${path}`),
    );
    for (const path of ['', ...paths, `/${other}?token=${secretOf(view)}`]) {
      const refused = await fetch(`${environmentUrl}/queries${path}`, { headers: headers(secretOf(view)) });
      expect([path, refused.status]).toEqual([path, 401]);
    }
    for (const path of ['/result', '/resulturl', '/queries', `/resultView/${other}`])
      expect([path, (await open(view, path)).status]).toEqual([path, 404]);
    for (const path of [`/resultView?query=${other}`, '/resultView?filter=(apiproxy%20ne%20%27x%27)'])
      expect([path, (await open(view, path)).status]).toEqual([path, 400]);
    // Another token of a page is that of another result.
    const page = await fetch(`${environmentUrl}/queries/${other}/resultView?pageSize=1`, {
      headers: headers(),
    });
    const { nextPageToken = '' } = resultView.parse(await page.json());
    expect((await open(view, `/resultView?pageSize=1&pageToken=${nextPageToken}`)).status).toBe(400);
  });

  test('expires with the token that made it at the latest', async () => {
    const made = (await (
      await fetch(`${system.url}/v1/organizations/${system.organization}/tokens`, {
        method: 'POST',
        headers: headers(),
        body: JSON.stringify({ email: system.email, scopes: ['read', 'submit'], expiresInSeconds: 600 }),
      })
    ).json()) as { token: string; expires: string };
    const response = await fetch(`${system.client.environmentUrl}/sharedViews`, {
      method: 'POST',
      headers: headers(made.token),
      body: JSON.stringify({ report }),
    });
    expect(createdSharedView.parse(await response.json()).expires).toBe(made.expires);
  });

  test('ends with the token that made it', async () => {
    const made = (await (
      await fetch(`${system.url}/v1/organizations/${system.organization}/tokens`, {
        method: 'POST',
        headers: headers(),
        body: JSON.stringify({ email: system.email, scopes: ['read', 'submit'] }),
      })
    ).json()) as { token: string; id: string };
    const response = await fetch(`${system.client.environmentUrl}/sharedViews`, {
      method: 'POST',
      headers: headers(made.token),
      body: JSON.stringify({ report }),
    });
    const view = createdSharedView.parse(await response.json());
    expect((await open(view)).status).toBe(200);
    await fetch(`${system.url}/v1/organizations/${system.organization}/tokens/${made.id}`, {
      method: 'DELETE',
      headers: headers(),
    });
    expect((await open(view)).status).toBe(403);
  });

  test('runs its report again only when the rows are older than five minutes', async () => {
    const view = await share({ report: await save({ displayName: 'Fresh' }) });
    await rowsOf(view);
    const shown = async () =>
      (
        await database.sql<{ id: string }>('select shown_query_id as id from shared_views where id = $1', [
          view.id,
        ])
      )[0]?.id ?? '';
    const first = await shown();
    await rowsOf(view);
    expect(await shown()).toBe(first);
    await database.sql("update queries set updated_at = now() - interval '6 minutes' where id = $1", [first]);
    await rowsOf(view);
    expect(await shown()).not.toBe(first);
  });

  test('is listed without its secret, and the audit log has its runs and reads', async () => {
    const view = await share({ report, filter: ada });
    await rowsOf(view);
    const text = await (await request('GET')).text();
    const listed = sharedViewList.parse(JSON.parse(text)).sharedViews.find(({ id }) => id === view.id);
    const { url, ...rest } = view;
    expect(listed).toEqual(rest);
    expect(text).not.toContain(secretOf({ url }));
    const audit = await fetch(`${system.url}/v1/organizations/${system.organization}/audit?link=${view.id}`, {
      headers: headers(),
    });
    const { events } = auditEventList.parse(await audit.json());
    expect(events.map(({ action }) => action).toSorted()).toEqual(['query.submit', 'shared_view.open']);
  });

  test('is made, listed and revoked by the command line', async () => {
    const cli = (...args: string[]) =>
      runCli(system, 'shared-views', ...args, '--org', system.organization, '--env', 'prod');
    const made = await cli('create', '--report', report, '--filter', ada, '--expires-in-seconds', '600');
    const [, id = ''] = /\/shared\/([\w-]{36})#hs_[\w-]{43}/.exec(made.output) ?? [];
    expect(made.code).toBe(0);
    expect((await cli('list')).output).toContain(`${id}\tuntil `);
    expect(await cli('delete', id)).toEqual({ code: 0, output: `deleted ${id}` });
    expect((await cli('list')).output).not.toContain(id);
  });

  test.each<[string, object, readonly string[]]>([
    ['neither report nor query', {}, ['report']],
    ['both', { report: 'r', query: 'q' }, ['report']],
    ['an unknown query', { query: 'none' }, ['query']],
    ['an unknown report', { report: 'none' }, ['report']],
    ['a filter of a result', { query: '00000000-0000-4000-8000-000000000000', filter: ada }, ['filter']],
    ['a life of 59 seconds', { report: 'r', expiresInSeconds: 59 }, ['expiresInSeconds']],
    ['a life of more than a year', { report: 'r', expiresInSeconds: 366 * 86_400 + 1 }, ['expiresInSeconds']],
    ['a path as an origin', { report: 'r', frameOrigins: ['https://a.example/x'] }, ['frameOrigins[0]']],
    ['any origin', { report: 'r', frameOrigins: ['*'] }, ['frameOrigins[0]']],
    [
      'eleven origins',
      { report: 'r', frameOrigins: Array.from({ length: 11 }, (_, index) => `https://a${index}.example`) },
      ['frameOrigins'],
    ],
    ['a number as a title', { report: 'r', title: 1 }, ['title']],
  ])('is refused with %s', async (_, body, fields) => {
    expect(await faultsOf(body)).toEqual(fields);
  });

  test('may be framed by the origins that it names, and every other page by none', async () => {
    const view = await share({
      report,
      frameOrigins: ['https://portal.example.com', 'http://localhost:3000'],
    });
    const page = async (path: string) => {
      const { headers: sent } = await browserRequest(`${system.url}${path}`, {
        headers: { Accept: 'text/html' },
      });
      const policy = String(sent['content-security-policy']);
      return [policy.split('; ').find((rule) => rule.startsWith('frame-ancestors')), sent['x-frame-options']];
    };
    expect(await page(`/shared/${view.id}`)).toEqual([
      'frame-ancestors https://portal.example.com http://localhost:3000',
      undefined,
    ]);
    expect(await page('/shared/00000000-0000-4000-8000-000000000000')).toEqual([
      "frame-ancestors 'none'",
      'DENY',
    ]);
    expect(await page(`/shared/${view.id}/more`)).toEqual(["frame-ancestors 'none'", 'DENY']);
    expect(await page('/env/prod/queries')).toEqual(["frame-ancestors 'none'", 'DENY']);
  });
});
