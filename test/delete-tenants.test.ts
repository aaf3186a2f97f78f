import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { createdOrganization, createdToken } from '@hourglass/contract';
import { connectDatabase, eventually, sharedSystem } from '@hourglass/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startAccounts, type AccountsSystem } from './accounts-system.ts';
import { runCli } from './run-cli.ts';

let accounts: AccountsSystem;
/** The organization of the operator. */
let acme: string;
beforeAll(async () => {
  accounts = await startAccounts(await sharedSystem('api'));
  acme = accounts.system.organization;
});
afterAll(() => accounts.system.stop());

const contents = { facts: 2, batches: 1, queries: 1 };

/** Creates an environment with facts and a query. */
async function fillEnvironment(name: string): Promise<void> {
  const { system } = accounts;
  await accounts.call('POST', `/${acme}/environments`, { body: { name } });
  const client = system.clientOf(acme, name);
  const timestamp = '2026-06-01T00:00:00Z';
  await client.sendFacts([{ timestamp }, { timestamp }]);
  await client.submit({ dimensions: ['apiproxy'], timeRange: 'last60minutes' });
}

async function administrationOf(action: string): Promise<Record<string, unknown>> {
  return eventually(`the log has ${action}`, async () => {
    const lines = (await accounts.system.apiLog()).filter((line) => line.includes(`"${action}"`));
    return lines.length === 0 ? null : (JSON.parse(lines.at(-1) ?? '') as Record<string, unknown>);
  });
}

describe('deleting an environment', () => {
  test('tells its contents before and after, makes it unknown at once, and is recorded', async () => {
    const { system } = accounts;
    await fillEnvironment('wrong');
    const path = `/${acme}/environments/wrong`;
    expect((await accounts.call('DELETE', `${path}?dryRun=true`)).answer).toEqual({
      environment: 'wrong',
      ...contents,
    });
    expect((await accounts.call('GET', path)).status).toBe(200);
    const deleted = await accounts.call('DELETE', path);
    expect([deleted.status, deleted.answer]).toEqual([200, { environment: 'wrong', ...contents }]);
    for (const below of ['', '/queries', '/retention', '/customFields']) {
      expect(await accounts.refusal('GET', `${path}${below}`)).toMatchObject({
        code: 'environment.not_found',
      });
    }
    expect(await accounts.refusal('DELETE', path)).toMatchObject({
      status: 404,
      code: 'environment.not_found',
    });
    expect(await administrationOf('environment.delete')).toMatchObject({
      organization: acme,
      by: system.email,
      environment: 'wrong',
      ...contents,
    });
  });

  test('needs the scope admin', async () => {
    await accounts.call('POST', `/${acme}/environments`, { body: { name: 'kept' } });
    const authorization = await accounts.addUser(`member@${acme}.example`);
    expect(await accounts.refusal('DELETE', `/${acme}/environments/kept`, { authorization })).toMatchObject({
      status: 403,
      code: 'auth.scope',
    });
  });

  test('is confirmed on the command line: with --yes, or at a terminal', async () => {
    const { system } = accounts;
    await fillEnvironment('typo');
    const args = ['admin', 'environment', 'delete', 'typo', '--org', acme];
    const refused = await runCli(system, ...args);
    expect(refused.code).toBe(1);
    expect(refused.output).toBe(
      'hourglass: this deletes the environment typo with 2 facts in 1 batch and 1 query: nothing was done; expected --yes, or an answer at a terminal',
    );
    expect((await accounts.call('GET', `/${acme}/environments/typo`)).status).toBe(200);
    expect(await runCli(system, ...args, '--yes')).toEqual({
      code: 0,
      output: 'deleted typo with 2 facts in 1 batch and 1 query',
    });
  });

  test('is finished by a worker, in the database and in the store', async () => {
    const { system } = accounts;
    await accounts.call('POST', `/${acme}/environments`, { body: { name: 'swept' } });
    const client = system.clientOf(acme, 'swept');
    await client.sendFacts([{ timestamp: '2026-06-01T00:00:00Z' }]);
    const worker = system.startWorker();
    const id = await client.submit({ dimensions: ['apiproxy'], timeRange: 'last60minutes' });
    await client.ended(id);
    const archives = async () =>
      (await readdir(path.join(system.dataDirectory, 'store'), { recursive: true })).filter((name) =>
        name.includes(id),
      );
    expect(await archives()).not.toEqual([]);
    await worker.stop();
    await accounts.call('DELETE', `/${acme}/environments/swept`);
    const database = await connectDatabase(system.databaseUrl);
    try {
      // Another worker of this run may have swept less than a minute ago.
      await database.sql("delete from periodic_jobs where name = 'sweep-deleted-tenants'");
      system.startWorker();
      await eventually('the environment is gone', async () => {
        const left = await database.sql("select from environments where name = 'swept'");
        return left.length === 0 ? true : null;
      });
      expect(await database.sql('select from queries where id = $1', [id])).toEqual([]);
      expect((await archives()).filter((name) => name.endsWith('.zip'))).toEqual([]);
    } finally {
      await database.end();
    }
  });
});

describe('deleting an organization', () => {
  const create = async (name: string) => {
    const body = { name, environments: ['prod'], administrator: { email: `jane@${name}.example` } };
    const made = await accounts.call('POST', '', { body });
    return `Bearer ${createdOrganization.parse(made.answer).token}`;
  };

  test('is for operators of other organizations, ends its credentials at once, and is recorded', async () => {
    const { system, other } = accounts;
    const authorization = await create('wrong-org');
    const own = { authorization };
    expect(await accounts.refusal('DELETE', '/wrong-org', own)).toMatchObject({
      status: 403,
      code: 'auth.role',
    });
    const stranger = { authorization: `Bearer ${other.token}` };
    const hidden = await accounts.refusal('DELETE', '/wrong-org', stranger);
    expect(hidden).toMatchObject({ status: 404, code: 'organization.not_found' });
    expect(await accounts.refusal('DELETE', `/${acme}`)).toMatchObject({
      status: 409,
      code: 'organization.own',
    });
    expect(await accounts.refusal('DELETE', '/nowhere')).toMatchObject({
      status: 404,
      code: 'organization.not_found',
    });

    const expected = { environments: ['prod'], users: 1, facts: 0, batches: 0, queries: 0 };
    const dryRun = await accounts.call('DELETE', '/wrong-org?dryRun=true');
    expect(dryRun.answer).toEqual({ organization: 'wrong-org', ...expected });
    expect((await accounts.call('GET', '', own)).status).toBe(200);
    expect((await accounts.call('DELETE', '/wrong-org')).answer).toEqual({
      organization: 'wrong-org',
      ...expected,
    });
    expect((await accounts.call('GET', '', own)).status).toBe(401);
    expect(await administrationOf('organization.delete')).toMatchObject({
      organization: 'wrong-org',
      by: system.email,
      ...expected,
    });
  });

  test('deletes its saved reports at once, and no others', async () => {
    const authorization = await create('with-reports');
    const body = { displayName: 'Kept', dimensions: ['apiproxy'] };
    await accounts.call('POST', '/with-reports/reports', { body, authorization });
    await accounts.call('POST', `/${acme}/reports`, { body });
    await accounts.call('DELETE', '/with-reports');
    const database = await connectDatabase(accounts.system.databaseUrl);
    try {
      const left = await database.sql(
        `select o.name from saved_reports r join organizations o on o.id = r.organization_id
          where o.name in ('with-reports', $1)`,
        [acme],
      );
      expect(left).toEqual([{ name: acme }]);
    } finally {
      await database.end();
    }
  });

  test('needs a token that is not bound to an environment', async () => {
    await create('bound-away');
    const { email } = accounts.system;
    const made = await accounts.call('POST', `/${acme}/tokens`, {
      body: { email, scopes: ['admin'], environment: 'prod' },
    });
    const authorization = `Bearer ${createdToken.parse(made.answer).token}`;
    expect(await accounts.refusal('DELETE', '/bound-away', { authorization })).toMatchObject({
      status: 403,
      code: 'auth.environment',
    });
  });

  test('is confirmed on the command line', async () => {
    await create('typo-org');
    const args = ['admin', 'organization', 'delete', 'typo-org'];
    const refused = await runCli(accounts.system, ...args);
    expect(refused.code).toBe(1);
    expect(refused.output).toContain(
      '1 environment, 1 user, 0 facts in 0 batches and 0 queries: nothing was done',
    );
    expect((await runCli(accounts.system, ...args, '--yes')).code).toBe(0);
  });
});
