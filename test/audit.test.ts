import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  auditEventList,
  auditEventView,
  errorBody,
  resultUrls,
  webhookEndpointWithSecret,
  type AuditEventView,
} from '@hourglass/contract';
import {
  connectDatabase,
  eventually,
  sharedSystem,
  uniqueName,
  type DatabaseClient,
  type TestSystem,
  type TestTenant,
} from '@hourglass/testing';
import { auditClient, type AuditClient } from './audit-client.ts';
import { runCli } from './run-cli.ts';
import { auditedWrites, type Ids } from './audit-writes.ts';

let system: TestSystem;
let database: DatabaseClient;
let tenant: TestTenant;
let call: AuditClient['call'];
let events: AuditClient['events'];
const ids: Ids = {};
const forbidden: string[] = [];
/** Completed queries. */
let ready: { readonly id: string; readonly hostId: string };

function canary(what: string): string {
  const text = `canary-${what}-${randomUUID()}`;
  forbidden.push(text);
  return text;
}

const secret = (text: string) => {
  forbidden.push(text);
  return text;
};

beforeAll(async () => {
  system = await sharedSystem('worker');
  ({ call, events } = auditClient(system));
  database = await connectDatabase(system.databaseUrl);
  tenant = await system.createTenant({ role: 'administrator', password: 'a password of twelve' });
  const created = uniqueName('audited');
  Object.assign(ids, {
    organization: system.organization,
    own: `/v1/organizations/${system.organization}`,
    prod: `/v1/organizations/${system.organization}/environments/prod`,
    created,
    email: `user@${created}.example`,
    hostname: `${created}.example`,
    me: system.email,
    password: system.password,
  });
  secret(system.password);
  secret(system.token);
  Object.assign(ids, await endedDelivery());
});
afterAll(async () => {
  await database.end();
  await system.stop();
});

/** An endpoint with a delivery that was cancelled. */
async function endedDelivery(): Promise<Ids> {
  const body = '{"url":"https://localhost/"}';
  const response = await system.client.request('/webhookEndpoints', { method: 'POST', body });
  const { id } = webhookEndpointWithSecret.parse(await response.json());
  const delivery = randomUUID();
  await database.sql(
    `insert into deliveries (id, environment_id, kind, lane, endpoint_id, type, payload, state, ended_at)
     select '${delivery}', environment_id, 'webhook', id::text, id, 'webhook.test', '{}', 'cancelled', now()
       from webhook_endpoints where id = '${id}'`,
  );
  const deliveredId = await system.client.submit({ dimensions: ['apiproxy'], timeRange: 'last60minutes' });
  await system.client.ended(deliveredId);
  return { endedEndpoint: id, endedDelivery: delivery, deliveredId };
}

const eventsOf = (requestId: string) => events(`/v1/operator/audit?requestId=${requestId}`);

interface Operation {
  readonly operationId: string;
  readonly method: string;
}

function writingOperations(): Operation[] {
  return Object.values(system.document.paths).flatMap((methods) =>
    Object.entries(methods)
      .filter(([method]) => method !== 'get')
      .map(([method, operation]) => ({ method, operationId: String(Object(operation).operationId) })),
  );
}

async function newLink(id: string) {
  const made = await call('get', `${ids['prod']}/queries/${id}/resulturl`);
  const [created] = resultUrls.parse(JSON.parse(made.text)).urls;
  const link = new URL(created?.uri ?? '');
  secret(link.searchParams.get('signature') ?? '');
  return { made, link };
}

/** The archive of a completed query, by credentials, as rows and by a link. */
async function downloads() {
  const body = { dimensions: ['apiproxy'], timeRange: 'last60minutes' };
  const id = await system.client.submit(body);
  await system.client.ended(id);
  const download = await call('get', `${ids['prod']}/queries/${id}/result`);
  const { made, link } = await newLink(id);
  ids['linkId'] = link.searchParams.get('link') ?? '';
  const opened = await call('get', link.pathname + link.search, { authorization: '' });
  const submitted = await call('post', `${ids['own']}/hostQueries`, {
    body: { ...body, envgroupHostname: ids['hostname'] },
  });
  const hostId = /hostQueries\/([\w-]+)/.exec(submitted.text)?.[1] ?? '';
  const rows = await eventually('the host query completes', async () => {
    const view = await call('get', `${ids['own']}/hostQueries/${hostId}/resultView`);
    return view.status === 200 ? view : null;
  });
  ready = { id, hostId };
  return { ...ready, download, made, opened, rows };
}

test('every operation that writes has an event in the audit log, and so have downloads and links', async () => {
  const operations = writingOperations();
  const writes = auditedWrites(canary);
  // A new operation without a line in the table makes this red.
  expect(new Set(writes.map(({ operation }) => operation))).toEqual(
    new Set(operations.map(({ operationId }) => operationId)),
  );
  const found: unknown[] = [];
  const expected: unknown[] = [];
  for (const { operation, path, query, body, headers, action, ended = [], keep, by } of writes) {
    if (operation === 'revokeResultLink') {
      const { id, hostId, download, made, opened, rows } = await downloads();
      const reads = [
        [download, 'result.download', id, 'token'],
        [made, 'link.create', ids['linkId'], 'token'],
        [opened, 'link.open', id, 'link'],
        [rows, 'result.rows', hostId, 'token'],
      ] as const;
      for (const [{ status, requestId }, event, object, actor] of reads) {
        expect([event, status]).toEqual([event, 200]);
        expect(await eventsOf(requestId)).toMatchObject([
          { action: event, object, actor, outcome: 'done', environment: 'prod', address: '127.0.0.1' },
        ]);
      }
      expect(await events(`${ids['own']}/audit?link=${ids['linkId']}`)).toMatchObject([
        { action: 'link.open' },
      ]);
      // Another one, so that both revocations find a link.
      await newLink(id);
    }
    const method = operations.find(({ operationId }) => operationId === operation)?.method ?? '';
    const sent = body?.(ids);
    const target = query === undefined ? path(ids) : `${path(ids)}?${query}`;
    const { email = system.email, authorization, actor: kind = 'token' } = by?.(ids) ?? {};
    const { status, text, requestId } = await call(method, target, {
      ...(sent === undefined ? {} : { body: sent }),
      ...(authorization === undefined ? {} : { authorization }),
      ...(headers === undefined ? {} : { headers }),
    });
    expect([operation, status, status < 300 ? '' : text]).toEqual([operation, status, '']);
    keep?.(JSON.parse(text || 'null') as never, ids, secret);
    expected.push([operation, [...ended, action].map((done) => [done, 'done', email, kind])]);
    const written = await eventsOf(requestId);
    found.push([
      operation,
      written.map(({ action: done, outcome, user, actor }) => [done, outcome, user, actor]),
    ]);
  }
  expect(found).toEqual(expected);
});

test('a download, an opened link and rows without their event are a 503 without a byte of the result', async () => {
  const { id, hostId } = ready;
  const { link } = await newLink(id);
  const paths = [
    `${ids['prod']}/queries/${id}/result`,
    `${ids['own']}/hostQueries/${hostId}/resultView`,
    link.pathname + link.search,
  ];
  await database.sql(`create function fail() returns trigger language plpgsql as
    'begin raise exception ''no event''; end'`);
  await database.sql(`create trigger failing before insert on audit_events for each row
    when (new.object in ('${id}', '${hostId}')) execute function fail()`);
  try {
    for (const path of paths) {
      const { status, text } = await call('get', path);
      expect([path, status, errorBody.parse(JSON.parse(text)).code]).toEqual([
        path,
        503,
        'service.unavailable',
      ]);
    }
  } finally {
    await database.sql('drop function fail() cascade');
  }
  for (const path of paths) expect([path, (await call('get', path)).status]).toEqual([path, 200]);
});

test('the log contains no secret, no value of a fact and no constant of a filter', async () => {
  const [row] = await database.sql<{ text: string }>(
    "select string_agg(a::text, E'\\n') as text from audit_events a",
  );
  expect(row?.text).toContain(system.email);
  expect(forbidden.length).toBeGreaterThan(20);
  expect(forbidden.filter((text) => row?.text.includes(text))).toEqual([]);
});

test('a worker deletes events that are older than the setting', async () => {
  const insert = `insert into audit_events (actor, action, object, at)
    values ('user', 'user.create', $1, now() - $2 * interval '1 day')`;
  const [old, young] = [uniqueName('old'), uniqueName('young')];
  await database.sql(insert, [old, 401]);
  await database.sql(insert, [young, 399]);
  // So that the job of the next worker is due.
  await database.sql(`delete from periodic_jobs where name = 'delete-expired-events'`);
  system.startWorker();
  await eventually('the old event is gone', async () =>
    (await events(`/v1/operator/audit?object=${old}`)).length === 0 ? true : null,
  );
  expect(await events(`/v1/operator/audit?object=${young}`)).toHaveLength(1);
});

describe('the list', () => {
  const path = () => `${ids['own']}/audit`;

  test('has pages of a stable order, newest first, and an export of the same events, oldest first', async () => {
    const whole = await events(`${path()}?pageSize=1000`);
    const paged: AuditEventView[] = [];
    let pageToken = '';
    do {
      const page = await call('get', `${path()}?pageSize=7${pageToken}`);
      const body = auditEventList.parse(JSON.parse(page.text));
      paged.push(...body.events);
      pageToken = body.nextPageToken === undefined ? '' : `&pageToken=${body.nextPageToken}`;
    } while (pageToken !== '');
    expect(paged).toEqual(whole);
    const exported = await call('get', path(), { headers: { Accept: 'application/x-ndjson' } });
    const lines = exported.text.trimEnd().split('\n');
    expect(lines.map((line) => auditEventView.parse(JSON.parse(line)))).toEqual(whole.toReversed());
    const cli = await runCli(system, 'admin', 'audit', '--org', system.organization, '--ndjson');
    expect(cli.output).toBe(exported.text.trimEnd());
  });

  test('filters by each parameter', async () => {
    const whole = await events(`${path()}?pageSize=1000`);
    const used = whole.find(({ token }) => token !== null)?.token;
    const cases: readonly (readonly [string, (event: AuditEventView) => boolean])[] = [
      ['action=user.create', ({ action }) => action === 'user.create'],
      [`object=${ids['email']}`, ({ object }) => object === ids['email']],
      ['environment=audited', ({ environment }) => environment === 'audited'],
      ['actor=link', ({ actor }) => actor === 'link'],
      [`user=${system.email.toUpperCase()}`, ({ user }) => user === system.email],
      [`token=${used}`, ({ token }) => token === used],
      ['outcome=refused', ({ outcome }) => outcome === 'refused'],
      [
        `from=${whole[9]?.at}&to=${whole[2]?.at}`,
        ({ at }) => at >= String(whole[9]?.at) && at < String(whole[2]?.at),
      ],
    ];
    for (const [filter, matches] of cases)
      expect([filter, await events(`${path()}?pageSize=1000&${filter}`)]).toEqual([
        filter,
        whole.filter(matches),
      ]);
    expect((await call('get', `${path()}?action=user.create2`)).status).toBe(400);
  });

  test('hides from administrators the events of a deleted organization of the same name', async () => {
    const event = `insert into audit_events (organization, actor, action, at)
      values ($1, 'user', 'user.create', now() - interval '1 day')`;
    await database.sql(event, [tenant.organization]);
    const theirs = await events(`/v1/organizations/${tenant.organization}/audit`, `Bearer ${tenant.token}`);
    expect(theirs.map(({ action }) => action)).not.toContain('user.create');
    const operators = await events(`/v1/organizations/${tenant.organization}/audit`);
    expect(operators.map(({ action }) => action)).toContain('user.create');
    // Also after the deletion, which is an event itself.
    const deleted = await events(`/v1/operator/audit?organization=${ids['created']}`);
    expect(deleted.map(({ action }) => action).slice(0, 1)).toEqual(['organization.delete']);
  });

  test('is for administrators and operators', async () => {
    const authorization = `Bearer ${tenant.token}`;
    expect((await call('get', '/v1/operator/audit', { authorization })).status).toBe(403);
    const member = await system.createTenant({ role: 'member', tokenScopes: ['read'] });
    const own = `/v1/organizations/${member.organization}/audit`;
    expect((await call('get', own, { authorization: `Bearer ${member.token}` })).status).toBe(403);
  });

  test('is printed by the command line in columns', async () => {
    const { output, code } = await runCli(
      system,
      'admin',
      'audit',
      '--action',
      'user.create',
      '--org',
      system.organization,
    );
    expect(code).toBe(0);
    expect(output.split('\t').slice(1, 3)).toEqual([system.organization, '-']);
    expect(output).toContain(`\tuser.create\t${ids['email']}\tdone\t{"role":"member"}`);
  });
});
