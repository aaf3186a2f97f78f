import { confirmedSecondFactor, secondFactorView, signedIn, startedSecondFactor } from '@hourglass/contract';
import {
  eventually,
  isServiceMissing,
  runCliAtTerminal,
  sharedSystem,
  stepAt,
  terminalProblem,
  type TestSystem,
} from '@hourglass/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from './run-cli.ts';
import {
  codeAt,
  nextCode,
  secondFactorClient,
  wrongCodes,
  type EnrollingUser,
} from './second-factor-client.ts';

let system: TestSystem;
let client: ReturnType<typeof secondFactorClient>;
beforeAll(async () => {
  system = await sharedSystem('api');
  client = secondFactorClient(system);
});
afterAll(async () => {
  await system.stop();
});

const run = ({ token }: { token: string }, args: readonly string[], input = '') =>
  runCommand({ url: system.url, token }, args, { input });
const factor = (user: EnrollingUser, action: string, ...options: readonly string[]) => [
  ...['admin', 'second-factor', action, user.email, '--org', user.organization],
  ...options,
];

/** Waits until the API process has noticed the new state. */
const passwordAloneIs = (status: number, user: EnrollingUser) =>
  eventually(`the password alone is a ${status}`, async () =>
    (await client.withPassword(user)).status === status ? true : null,
  );

describe('hourglass', () => {
  test('enrols a second factor, signs in with it and removes it', async () => {
    const user = await client.newUser();
    const before = await run(user, factor(user, 'show'));
    expect(before.output).toBe('none\t-\t0');

    const started = await run(user, factor(user, 'start', '--password-stdin'), `${user.password}\n`);
    expect([started.code, started.output]).toEqual([0, expect.stringMatching(/^otpauth:\/\/totp\/\S+$/)]);
    const secret = new URL(started.output).searchParams.get('secret') ?? '';
    expect(started.messages).toContain(secret);

    const step = stepAt(Date.now());
    const spaced = codeAt(secret, step).replace(/^.{3}/, '$& ');
    const confirmed = await run(user, factor(user, 'confirm', '--code-stdin'), `${spaced}\n`);
    const recoveryCodes = confirmed.output.split('\n');
    expect([confirmed.code, recoveryCodes.length, new Set(recoveryCodes).size]).toEqual([0, 10, 10]);
    expect(confirmed.messages).toContain('not shown again');
    await passwordAloneIs(401, user);

    const login = (input: string, ...options: string[]) =>
      run({ token: '' }, ['login', user.email, '--password-stdin', ...options], input);
    const alone = await login(`${user.password}\n`);
    expect([alone.code, alone.output, alone.messages]).toEqual([
      1,
      '',
      expect.stringContaining('This user has a second factor'),
    ]);
    const signedInAs = await login(`${user.password}\n${codeAt(secret, step + 1)}\n`);
    expect([signedInAs.code, signedInAs.output]).toEqual([0, expect.stringMatching(/^hg_[\w-]{43}$/)]);
    expect(signedInAs.messages).toContain(`Signed in as ${user.email} of ${user.organization} until 20`);
    const shown = await run({ token: signedInAs.output }, factor(user, 'show', '--json'));
    expect(secondFactorView.parse(JSON.parse(shown.output))).toMatchObject({
      state: 'active',
      recoveryCodesLeft: 10,
    });
    const json = await login(`${user.password}\n${recoveryCodes[0]}\n`, '--json');
    expect(signedIn.parse(JSON.parse(json.output)).email).toBe(user.email);

    const removal = factor(user, 'remove', '--own', '--password-stdin');
    const [wrong = ''] = wrongCodes(secret, 1);
    const refused = await run(user, removal, `${user.password}\n${wrong}\n`);
    expect([refused.code, refused.messages]).toEqual([1, expect.stringContaining('code: wrong, expired')]);
    const oneLine = await run(user, removal, `${user.password}\n`);
    expect(oneLine.messages).toContain('expected two lines, the password and a code');
    const removed = await run(user, removal, `${user.password}\n${recoveryCodes[1]}\n`);
    expect(removed).toMatchObject({ code: 0, output: `removed the second factor of ${user.email}` });
    await passwordAloneIs(200, user);
    expect((await login(`${user.password}\n`)).code).toBe(0);
  });

  test('prints JSON for scripts, and lets an administrator remove the factor of another user', async () => {
    const boss = await client.newUser();
    const email = `member@${boss.organization}.example`;
    const created = await run(
      boss,
      ['admin', 'user', 'create', '--org', boss.organization, email, '--password-stdin'],
      `${boss.password}\n`,
    );
    expect(created.code).toBe(0);
    const { output: token } = await run({ token: '' }, ['login', email, '--password-stdin'], boss.password);
    const member = { ...boss, email, token };
    const started = await run(
      member,
      factor(member, 'start', '--password-stdin', '--json'),
      `${member.password}\n`,
    );
    const { secret } = startedSecondFactor.parse(JSON.parse(started.output));
    const code = codeAt(secret, stepAt(Date.now()));
    const confirmed = await run(member, factor(member, 'confirm', '--code-stdin', '--json'), code);
    expect(confirmedSecondFactor.parse(JSON.parse(confirmed.output)).recoveryCodes).toHaveLength(10);
    const listed = (await run(boss, ['admin', 'user', 'list', '--org', boss.organization])).output;
    expect(listed.split('\n').map((line) => line.split('\t')[3])).toEqual(['active', 'none']);
    expect(await run(boss, factor(member, 'remove'))).toMatchObject({ code: 0 });
    await passwordAloneIs(200, member);
  });

  test('never takes a password or code as an argument', async () => {
    const user = await client.newUser();
    for (const args of [
      ['login', user.email, user.password],
      ['login', user.email, '--password', user.password],
      factor(user, 'confirm', '123456'),
      factor(user, 'remove', '--own', '--code', '123456'),
    ]) {
      expect((await run(user, args)).code).toBe(2);
    }
  });
});

const missing = isServiceMissing({
  service: 'a terminal',
  problem: terminalProblem(),
  environment: process.env,
});

describe.skipIf(missing)('hourglass login at a terminal', () => {
  const login = (user: EnrollingUser, ...answers: readonly string[]) =>
    runCliAtTerminal(
      { url: system.url, token: '' },
      ['login', user.email],
      answers.map((answer, index) => ({
        question: index === 0 ? 'Password: ' : 'Code: ',
        answer: `${answer}\r`,
      })),
    );

  test('asks for the password, and for a code only if the user needs one', async () => {
    const user = await client.newUser();
    const plain = await login(user, user.password);
    expect([plain.code, plain.shown]).toEqual([0, expect.stringMatching(/hg_[\w-]{43}/)]);
    expect(plain.shown).not.toContain('Code');
    const enrolled = await client.enrol(user);
    await passwordAloneIs(401, user);
    const withCode = await login(user, user.password, nextCode(enrolled));
    expect([withCode.code, withCode.shown]).toEqual([0, expect.stringMatching(/hg_[\w-]{43}/)]);
    expect(withCode.shown).not.toContain(user.password);
    expect(withCode.shown).not.toContain(nextCode(enrolled));
  });
});
