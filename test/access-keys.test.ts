import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  accessKeyList,
  accessKeyView,
  createdAccessKey,
  errorBody,
  orderError,
  type CreatedAccessKey,
} from '@hourglass/contract';
import {
  connectDatabase,
  eventually,
  ordersPath,
  sharedSystem,
  signRequest,
  startSystem,
  temporaryFolder,
  targetOf,
  type TestSystem,
  type TestTenant,
} from '@hourglass/testing';
import { runCommand } from './run-cli.ts';

describe('an access key', () => {
  let system: TestSystem;
  let other: TestTenant;
  beforeAll(async () => {
    system = await sharedSystem('api');
    other = await system.createTenant();
  });
  afterAll(() => system.stop());

  async function newKey(body: object = {}): Promise<CreatedAccessKey> {
    const response = await system.client.request('/accessKeys', {
      method: 'POST',
      body: JSON.stringify(body),
    });
    expect(response.headers.get('cache-control')).toBe('no-store');
    return createdAccessKey.parse(await response.json());
  }
  const change = (id: string, body: unknown, client = system.client) =>
    client.request(`/accessKeys/${id}`, { method: 'PATCH', body: JSON.stringify(body) });
  const listed = async () =>
    accessKeyList.parse(await (await system.client.request('/accessKeys')).json()).accessKeys;
  const statusFor = async (key: { accesskeyId: string; secret: string }) =>
    (await fetch(`${system.url}${targetOf(signRequest(key))}`)).status;

  test('signs until it is disabled, and again when it is enabled', async () => {
    const key = await newKey({ description: 'order sync' });
    expect(key.accesskeyId).toMatch(/^[A-Za-z0-9]{32}$/);
    expect(await statusFor(key)).toBe(200);
    const disabled = accessKeyView.parse(await (await change(key.accesskeyId, { disabled: true })).json());
    const { secret: _, ...view } = key;
    expect(disabled).toEqual({ ...view, disabled: true });
    expect(await statusFor(key)).toBe(401);
    await change(key.accesskeyId, { disabled: false });
    expect(await statusFor(key)).toBe(200);
    expect((await listed()).filter(({ accesskeyId }) => accesskeyId === key.accesskeyId)).toEqual([view]);
  });

  test('signs until it expires', async () => {
    const key = await newKey({ expiresInSeconds: 3_600 });
    expect(await statusFor(key)).toBe(200);
    const past = '2026-01-31T12:00:00+02:00';
    const expired = accessKeyView.parse(await (await change(key.accesskeyId, { expires: past })).json());
    expect(expired.expires).toBe('2026-01-31T10:00:00.000Z');
    expect(await statusFor(key)).toBe(401);
    await change(key.accesskeyId, { expires: null });
    expect(await statusFor(key)).toBe(200);
  });

  test('has a secret that neither the database nor the log contains, and that is shown once', async () => {
    const { accesskeyId, secret } = await newKey();
    const database = await connectDatabase(system.databaseUrl);
    const [row] = await database.sql<{ row: string }>(
      'select row_to_json(k)::text as row from access_keys k where id = $1',
      [accesskeyId],
    );
    await database.end();
    for (const spelling of [secret, Buffer.from(secret).toString('hex')])
      expect(row?.row).not.toContain(spelling);
    expect(JSON.stringify(await listed())).not.toContain(secret);
    await change(accesskeyId, { disabled: true });
    const written = await eventually('both lines are in the log', async () => {
      const lines = (await system.apiLog()).filter((line) => line.includes(accesskeyId));
      return lines.length < 2 ? null : lines.map((line): unknown => JSON.parse(line));
    });
    const what = {
      msg: 'administration',
      organization: system.organization,
      environment: 'prod',
      by: system.email,
    };
    expect(written).toEqual([
      expect.objectContaining({ ...what, action: 'access_key.create', object: accesskeyId }),
      expect.objectContaining({ ...what, action: 'access_key.change', object: accesskeyId, disabled: true }),
    ]);
    expect((await system.apiLog()).join('\n')).not.toContain(secret);
  });

  test.each<[unknown, string, RegExp]>([
    [{}, 'body', /disabled/],
    [{ disabled: 'yes' }, 'disabled', /boolean/],
    [{ expires: '2027-01-31' }, 'expires', /ISO 8601 with a zone/],
    [{ expires: '2027-01-31T00:00:00' }, 'expires', /ISO 8601 with a zone/],
    [{ secret: 'mine' }, 'secret', /unknown property/],
  ])('is not changed by %j: 400 that names the field', async (body, field, words) => {
    const { accesskeyId } = await newKey();
    const response = await change(accesskeyId, body);
    expect(response.status).toBe(400);
    const [detail] = errorBody.parse(await response.json()).error.details;
    expect(detail?.fieldViolations[0]).toEqual({
      field,
      description: expect.stringMatching(words) as unknown,
    });
  });

  test('is managed by administrators of its environment only', async () => {
    const { accesskeyId } = await newKey();
    const elsewhere = await change(
      accesskeyId,
      { disabled: true },
      system.clientOf(system.organization, 'test'),
    );
    expect([elsewhere.status, errorBody.parse(await elsewhere.json()).code]).toEqual([
      404,
      'access_key.not_found',
    ]);
    const member = system.clientOf(other.organization, 'prod', `Bearer ${other.token}`);
    expect((await member.request('/accessKeys')).status).toBe(403);
    const foreign = await change(
      accesskeyId,
      { disabled: true },
      system.clientOf(system.organization, 'prod', `Bearer ${other.token}`),
    );
    expect(foreign.status).toBe(403);
  });

  const hourglass = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    runCommand(system, args, { env });
  const admin = (...args: readonly string[]) =>
    hourglass(['admin', 'access-key', ...args, '--org', system.organization]);

  test('is created by the command line, which signs a working URL with it', async () => {
    const made = await admin('create', '--json');
    const key = JSON.parse(made.output) as { accesskeyId: string; secret: string; expires: null };
    expect([Object.keys(key), key.expires]).toEqual([['accesskeyId', 'secret', 'expires'], null]);
    expect(made.messages).toContain('not shown again');

    const target = `${ordersPath}?size=5&count=valid`;
    const sign = ['sign', '--access-key', key.accesskeyId, target];
    const signed = await hourglass(sign, { HOURGLASS_ACCESS_KEY_SECRET: key.secret });
    expect(signed.output.startsWith(`${system.url}${target}&accesskey_id=${key.accesskeyId}&expires=`)).toBe(
      true,
    );
    expect((await fetch(signed.output)).status).toBe(200);
    const folder = await temporaryFolder();
    const file = path.join(folder.path, 'secret');
    await writeFile(file, `${key.secret}\n`);
    const fromFile = await hourglass([
      ...sign,
      '--secret-file',
      file,
      '--expires-in-seconds',
      '60',
      '--json',
    ]);
    expect((await fetch((JSON.parse(fromFile.output) as { url: string }).url)).status).toBe(200);
    await folder.remove();
    const without = await hourglass(sign);
    expect([without.code, without.messages]).toEqual([
      1,
      expect.stringContaining('HOURGLASS_ACCESS_KEY_SECRET'),
    ]);
  });

  test('is listed, disabled, enabled and given an expiry by the command line', async () => {
    const made = await admin(
      'create',
      '--env',
      'test',
      '--description',
      'nightly',
      '--expires-in-seconds',
      '3600',
    );
    const [, id = ''] = /^accesskey_id: (\S+)\nsecret: \S+$/.exec(made.output) ?? [];
    const env = ['--env', 'test'];
    expect((await admin('disable', id, ...env)).output).toMatch(
      new RegExp(`^${id}\tdisabled\t\\d{4}-.*Z\tnightly$`),
    );
    expect((await admin('set-expiry', id, 'never', ...env)).output).toBe(
      `${id}\tdisabled\tnever expires\tnightly`,
    );
    const enabled = accessKeyView.parse(JSON.parse((await admin('enable', id, ...env, '--json')).output));
    expect(enabled).toMatchObject({ accesskeyId: id, disabled: false, expires: null });
    expect((await admin('list', ...env)).output).toBe(`${id}\tenabled\tnever expires\tnightly`);
    const wrong = await admin('set-expiry', id, 'tomorrow', ...env);
    expect([wrong.code, wrong.messages]).toEqual([1, expect.stringContaining('ISO 8601')]);
  });
});

describe('without HOURGLASS_SECRET_KEY', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await startSystem({ worker: false });
  });
  afterAll(() => system.stop());

  test('no access key is created, and the error of a signed request names the setting', async () => {
    const created = await system.client.request('/accessKeys', { method: 'POST', body: '{}' });
    expect([created.status, errorBody.parse(await created.json()).code]).toEqual([
      503,
      'access_key.unavailable',
    ]);
    const signed = await fetch(`${system.url}${targetOf(signRequest({ accesskeyId: 'a', secret: 'b' }))}`);
    expect([signed.status, orderError.parse(await signed.json())]).toEqual([
      503,
      { code: 'access_key.unavailable', message: expect.stringContaining('HOURGLASS_SECRET_KEY') as unknown },
    ]);
  });
});
