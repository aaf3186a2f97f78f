import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createdOrganization,
  createdToken,
  environmentView,
  tokenList,
  userList,
  userView,
} from '@hourglass/contract';
import { sharedSystem, type TestSystem } from '@hourglass/testing';
import { runCommand } from './run-cli.ts';

describe('hourglass admin', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await sharedSystem('api');
  });
  afterAll(() => system.stop());

  const admin = (args: readonly string[], { input = '', token = system.token } = {}) =>
    runCommand({ url: system.url, token }, ['admin', ...args], { input });

  async function statusFor(authorization: string, organization: string): Promise<number> {
    const response = await fetch(`${system.url}/v1/organizations/${organization}`, {
      headers: { Authorization: authorization },
    });
    return response.status;
  }

  const basic = (email: string, password: string) =>
    `Basic ${Buffer.from(`${email}:${password}`).toString('base64')}`;

  test('creates an organization and prints a working password and token', async () => {
    const made = await admin([
      ...['organization', 'create', 'second', '--admin-email', 'jane@second.example'],
      ...['--environment', 'prod', 'test'],
    ]);
    const [, password = '', token = ''] = /^password: (\S+)\ntoken: (\S+)$/.exec(made.output) ?? [];
    expect(await statusFor(basic('jane@second.example', password), 'second')).toBe(200);
    expect(made.messages).toContain('jane@second.example are not shown again');
    expect(await admin(['organization', 'list'], { token })).toMatchObject({ code: 0, output: 'second' });
    expect(await admin(['environment', 'list', '--org', 'second'], { token })).toMatchObject({
      output: 'prod\ntest',
    });

    const refused = await admin(
      ['organization', 'create', 'third', '--admin-email', 'a@third.example', '--json'],
      { token },
    );
    expect([refused.code, JSON.parse(refused.output)]).toEqual([
      1,
      expect.objectContaining({ status: 403, code: 'auth.role' }),
    ]);
  });

  test('reads a password from standard input and then prints none', async () => {
    const password = 'from standard input';
    const made = await admin(
      ['organization', 'create', 'piped', '--admin-email', 'a@piped.example', '--password-stdin', '--json'],
      { input: `${password}\n` },
    );
    expect(createdOrganization.parse(JSON.parse(made.output)).administrator).toEqual({
      email: 'a@piped.example',
    });
    expect(made.output + made.messages).not.toContain(password);
    expect(await statusFor(basic('a@piped.example', password), 'piped')).toBe(200);
  });

  test('creates an environment once', async () => {
    const command = ['environment', 'create', '--org', system.organization, 'stage'];
    expect(await admin(command)).toEqual({ code: 0, output: 'created stage', messages: '' });
    const again = await admin(command);
    expect([again.code, again.output]).toEqual([1, '']);
    expect(again.messages).toContain('"stage"');
    const json = await admin(['environment', 'create', '--org', system.organization, 'json', '--json']);
    expect(environmentView.parse(JSON.parse(json.output)).name).toBe('json');
    expect((await admin(['environment', 'list', '--org', system.organization, '--json'])).output).toBe(
      '["json","prod","stage","test"]',
    );
  });

  test('manages a user from creation to deletion', async () => {
    const org = ['--org', system.organization];
    const email = `joe@${system.organization}.example`;
    const made = await admin(['user', 'create', ...org, email]);
    expect(await statusFor(basic(email, made.output), system.organization)).toBe(200);
    expect(made.messages).toContain('not shown again');

    const changed = await admin(['user', 'set-password', ...org, email, '--password-stdin'], {
      input: 'chosen by its user\r\n',
    });
    expect(changed).toEqual({ code: 0, output: `changed the password of ${email}`, messages: '' });
    expect(await statusFor(basic(email, 'chosen by its user'), system.organization)).toBe(200);

    const token = (await admin(['token', 'create', ...org, '--scope', 'read', '--email', email])).output;
    const own = ['user', 'set-password', ...org, email, '--own', '--password-stdin'];
    const input = 'chosen by its user\nchosen once more\n';
    expect(await admin(own, { input, token })).toEqual({ ...changed, code: 0 });
    expect(await statusFor(basic(email, 'chosen once more'), system.organization)).toBe(200);
    const wrong = await admin(own, { input, token });
    expect([wrong.code, wrong.messages]).toEqual([1, expect.stringContaining('not the current password')]);
    const oneLine = await admin(own, { input: 'chosen once more\n', token });
    expect([oneLine.code, oneLine.messages]).toEqual([1, expect.stringContaining('expected two lines')]);

    const raised = await admin(['user', 'set-role', ...org, email, 'administrator', '--json']);
    expect(userView.parse(JSON.parse(raised.output))).toMatchObject({ email, role: 'administrator' });
    const listed = await admin(['user', 'list', ...org]);
    expect(listed.output.split('\n').map((line) => line.split('\t').slice(0, 2))).toEqual([
      [email, 'administrator'],
      [system.email, 'operator'],
    ]);
    const json = userList.parse(JSON.parse((await admin(['user', 'list', ...org, '--json'])).output));
    expect(json.users).toHaveLength(2);

    expect(await admin(['user', 'delete', ...org, email])).toMatchObject({ output: `deleted ${email}` });
    const gone = await admin(['user', 'delete', ...org, email]);
    expect([gone.code, gone.messages]).toEqual([1, `hourglass: No user "${email}"`]);
    const last = await admin(['user', 'set-role', ...org, system.email, 'member']);
    expect([last.code, last.messages]).toEqual([1, expect.stringContaining('is the last')]);
  });

  test('prints only the token, for use in scripts, and never shows it again', async () => {
    const org = ['--org', system.organization];
    const made = await admin([
      ...['token', 'create', ...org, '--scope', 'read', 'submit', '--description', 'nightly'],
      ...['--expires-in-seconds', '3600'],
    ]);
    expect(made.output).toMatch(/^hg_[\w-]{43}$/);
    expect(await statusFor(`Bearer ${made.output}`, system.organization)).toBe(200);
    const [, id = ''] = /token (\S+) of/.exec(made.messages) ?? [];

    const listed = await admin(['token', 'list', ...org]);
    const line = listed.output.split('\n').find((one) => one.startsWith(id)) ?? '';
    expect(line.split('\t')).toEqual([
      id,
      system.email,
      'read,submit',
      expect.stringMatching(/^\d{4}-/),
      'nightly',
      'all environments',
      '',
    ]);
    const json = await admin(['token', 'list', ...org, '--json']);
    expect(tokenList.parse(JSON.parse(json.output)).tokens.map((token) => token.id)).toContain(id);
    expect(listed.output + json.output).not.toContain(made.output);

    const bound = await admin([
      ...['token', 'create', ...org, '--scope', 'read', '--environment', 'test', '--customer', 'c1', 'c2'],
    ]);
    expect(await statusFor(`Bearer ${bound.output}`, system.organization)).toBe(403);
    const ofTest = (await admin(['token', 'list', ...org])).output.split('\n')[0] ?? '';
    expect(ofTest.split('\t').slice(2)).toEqual(['read', 'never expires', '', 'test', 'c1,c2']);

    expect((await admin(['token', 'delete', ...org, id, '--with-made'])).code).toBe(0);
    expect(await statusFor(`Bearer ${made.output}`, system.organization)).toBe(401);
    const other = await admin(['token', 'create', ...org, '--scope', 'read', '--json']);
    expect(createdToken.parse(JSON.parse(other.output)).expires).toBeNull();
  });

  test.each([
    [
      ['user', 'create', '--org', 'acme', 'x@acme.example', '--password', 'on the command line'],
      'unknown option',
    ],
    [['user', 'create', 'x@acme.example'], '--org'],
    [['token', 'create', '--org', 'acme'], '--scope'],
    [['token', 'create', '--org', 'acme', '--scope', 'read', '--expires-in-seconds', 'soon'], 'whole number'],
    [['user', 'create', '--org', 'a', 'x@a.b', '--ask-password', '--password-stdin'], 'cannot be used with'],
  ])('exits with code 2 for the wrong usage %j', async (args, words) => {
    const { code, output, messages } = await admin(args);
    expect([code, output, messages]).toEqual([2, '', expect.stringContaining(words)]);
  });

  test('prompts for a password only at a terminal', async () => {
    const refused = await admin(['user', 'set-password', '--org', system.organization, system.email]);
    expect([refused.code, refused.messages]).toEqual([1, expect.stringContaining('--password-stdin')]);
  });
});
