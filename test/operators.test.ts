import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorBody, organizationOverviews, resultLinkList, resultUrls, tokenList } from '@hourglass/contract';
import {
  connectDatabase,
  sharedSystem,
  type ContractClient,
  type DatabaseClient,
  type TestSystem,
  type TestTenant,
} from '@hourglass/testing';
import { runCli } from './run-cli.ts';

describe('an operator', () => {
  let system: TestSystem;
  let database: DatabaseClient;
  let tenant: TestTenant;
  let client: ContractClient;
  beforeAll(async () => {
    system = await sharedSystem('worker');
    database = await connectDatabase(system.databaseUrl);
    tenant = await system.createTenant({ role: 'administrator', password: 'a password of twelve' });
    client = system.clientOf(tenant.organization, 'prod', `Bearer ${tenant.token}`);
  });
  afterAll(async () => {
    await database.end();
    await system.stop();
  });

  const call = (method: string, path: string, token = system.token) =>
    fetch(`${system.url}${path}`, { method, headers: { Authorization: `Bearer ${token}` } });
  const codeOf = async (response: Response) => [response.status, errorBody.parse(await response.json()).code];
  const organizationPath = () => `/v1/organizations/${tenant.organization}`;
  const body = { dimensions: ['apiproxy'], timeRange: 'last60minutes' };
  const newLink = async () => {
    const id = await client.submit(body);
    await client.ended(id);
    const [link] = resultUrls.parse(await (await client.request(`/queries/${id}/resulturl`)).json()).urls;
    return link?.uri ?? '';
  };

  test('lists organizations with state and use, which an administrator cannot', async () => {
    await database.sql(`update organizations set last_used_at = '2026-01-01T00:00:00Z' where name = $1`, [
      tenant.organization,
    ]);
    const path = `/v1/operator/organizations?name=${tenant.organization}`;
    const { organizations } = organizationOverviews.parse(await (await call('GET', path)).json());
    expect(organizations).toEqual([
      expect.objectContaining({
        name: tenant.organization,
        state: 'active',
        lastUsed: '2026-01-01T00:00:00.000Z',
        environments: 1,
        users: 1,
        tokens: 1,
      }),
    ]);
    expect(await codeOf(await call('GET', path, tenant.token))).toEqual([403, 'auth.role']);
    const listed = await runCli(system, 'admin', 'organization', 'overview', tenant.organization);
    expect(listed.output.split('\t').slice(0, 2)).toEqual([tenant.organization, 'active']);
  });

  test('lists and revokes tokens of every organization, and reads none of its data', async () => {
    const path = `${organizationPath()}/tokens`;
    const other = await system.createTenant({ role: 'administrator' });
    const tokens = tokenList.parse(await (await call('GET', path)).json()).tokens;
    expect(tokens.map(({ email }) => email)).toEqual([tenant.email]);
    expect((await call('GET', path, other.token)).status).toBe(404);
    expect((await call('GET', `${organizationPath()}/users`)).status).toBe(404);
    const theirs = tokenList.parse(
      await (await call('GET', `/v1/organizations/${other.organization}/tokens`)).json(),
    ).tokens;
    const revoked = await call('DELETE', `/v1/organizations/${other.organization}/tokens/${theirs[0]?.id}`);
    expect(revoked.status).toBe(204);
    expect((await call('GET', `/v1/organizations`, other.token)).status).toBe(401);
  });

  test('suspends an organization: credentials and links are refused, queries wait, and resume restores all', async () => {
    const link = await newLink();
    const basic = `Basic ${Buffer.from(`${tenant.email}:a password of twelve`).toString('base64')}`;
    expect((await call('POST', `${organizationPath()}:suspend`, tenant.token)).status).toBe(403);
    expect(await codeOf(await call('POST', `/v1/organizations/${system.organization}:suspend`))).toEqual([
      409,
      'organization.own',
    ]);
    expect((await call('POST', `${organizationPath()}:suspend`)).status).toBe(200);
    const id = await enqueuedWhileSuspended();
    for (const refused of [
      await client.request('/queries'),
      await system.clientOf(tenant.organization, 'prod', basic).request('/queries'),
      await client.request('/facts/api', { method: 'POST', body: '{"timestamp":"2026-01-01T00:00:00Z"}' }),
      await fetch(link),
    ]) {
      expect(await codeOf(refused)).toEqual([403, 'organization.suspended']);
    }
    // Another organization's query is run meanwhile, this one is not.
    await system.client.ended(await system.client.submit(body));
    expect(await stateOf(id)).toBe('enqueued');

    const resumed = await runCli(system, 'admin', 'organization', 'resume', tenant.organization);
    expect(resumed).toEqual({ code: 0, output: `${tenant.organization} is active` });
    expect((await client.ended(id)).state).toBe('completed');
    expect((await fetch(link)).status).toBe(200);
  });

  /** A query as a suspension finds it: submitted before. */
  async function enqueuedWhileSuspended(): Promise<string> {
    const [row] = await database.sql<{ id: string }>(
      `insert into queries (id, environment_id, plan, submitted_by)
       select gen_random_uuid(), q.environment_id, q.plan, q.submitted_by
         from queries q
         join environments e on e.id = q.environment_id
         join organizations o on o.id = e.organization_id
        where o.name = $1 limit 1
       returning id`,
      [tenant.organization],
    );
    return row?.id ?? '';
  }

  async function stateOf(id: string): Promise<string | undefined> {
    const [row] = await database.sql<{ state: string }>('select state from queries where id = $1', [id]);
    return row?.state;
  }

  test('ends a running query of a suspended organization without a failure, and it runs again', async () => {
    const id = await client.submit(body);
    await client.ended(id);
    await database.sql(
      `update queries set state = 'running', lease_expires_at = now() + interval '1 hour', attempt = 1,
              first_started_at = now() - interval '1 day' where id = $1`,
      [id],
    );
    await call('POST', `${organizationPath()}:suspend`);
    expect(
      await database.sql(
        'select state, attempt - excused_attempts as counted, first_started_at from queries where id = $1',
        [id],
      ),
    ).toEqual([{ state: 'enqueued', counted: 0, first_started_at: null }]);
    await call('POST', `${organizationPath()}:resume`);
    expect((await client.ended(id)).state).toBe('completed');
  });

  describe('and links', () => {
    const path = () => `${organizationPath()}/resultLinks`;
    const idOf = (link: string) => new URL(link).searchParams.get('link') ?? '';
    const refused = async (link: string) => {
      expect(await codeOf(await fetch(link))).toEqual([403, 'result.link']);
    };

    test('revokes one, those of a user, or all, and keeps the others', async () => {
      const [first, second] = [await newLink(), await newLink()];
      const { links } = resultLinkList.parse(await (await call('GET', path(), tenant.token)).json());
      expect(links.map(({ id }) => id)).toEqual(expect.arrayContaining([idOf(first), idOf(second)]));
      expect((await call('DELETE', `${path()}/${idOf(first)}`, tenant.token)).status).toBe(204);
      await refused(first);
      expect((await fetch(second)).status).toBe(200);
      expect((await call('DELETE', path())).status).toBe(400);
      await runCli(system, 'admin', 'link', 'revoke', '--org', tenant.organization, '--user', tenant.email);
      await refused(second);
      const third = await newLink();
      expect((await call('DELETE', `${path()}?all=true`)).status).toBe(200);
      await refused(third);
    });

    test('they end with their user and with their token', async () => {
      const [before, after] = [await newLink(), await newLink()];
      await database.sql('delete from tokens where user_id = (select id from users where email = $1)', [
        tenant.email,
      ]);
      await refused(before);
      await refused(after);
    });

    test('a new key ends all', async () => {
      const owner = system.client;
      const id = await owner.submit(body);
      await owner.ended(id);
      const [link] = resultUrls.parse(await (await owner.request(`/queries/${id}/resulturl`)).json()).urls;
      const rotated = await runCli(system, 'admin', 'link', 'rotate-key');
      expect(rotated.output).toMatch(/^made a new key; ended \d+ links?$/);
      await refused(link?.uri ?? '');
    });
  });
});
