import { auditEventList } from '@hourglass/contract';
import {
  connectDatabase,
  eventually,
  sharedSystem,
  suiteSize,
  type DatabaseClient,
  type TestSystem,
} from '@hourglass/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  nextCode,
  secondFactorClient,
  wrongCodes,
  type Answer,
  type EnrolledUser,
  type EnrollingUser,
} from '../second-factor-client.ts';
import { printFigure } from './print-figure.ts';

const guesses = suiteSize({ short: 40, full: 400 });
/** One runs and three wait, in each process. */
const maxPlaces = 4;

describe('guesses of the code by a thief of the password', () => {
  let system: TestSystem;
  /** A second API process over the same services. */
  let another: string;
  let database: DatabaseClient;
  let client: ReturnType<typeof secondFactorClient>;
  let other: EnrollingUser;
  beforeAll(async () => {
    system = await sharedSystem('api');
    another = await system.startApi();
    database = await connectDatabase(system.databaseUrl);
    client = secondFactorClient(system);
    other = await client.newUser();
  });
  afterAll(async () => {
    await database.end();
    await system.stop();
  });

  const enrolled = async () => client.enrol(await client.newUser());
  const setFactor = (user: EnrolledUser, values: string) =>
    database.sql(
      `update second_factors set ${values} where user_id = (select id from users where email = $1)`,
      [user.email],
    );
  const lockFactor = (user: EnrolledUser) =>
    database.sql(
      `select from second_factors where user_id = (select id from users where email = $1) for update`,
      [user.email],
    );
  const guess = async (user: EnrolledUser, index: number): Promise<Answer> =>
    client.signIn(user, wrongCodes(user.secret, index + 1)[index], index % 2 === 0 ? system.url : another);

  test('are checked a handful of times in all processes together, and leave connections for others', async () => {
    const user = await enrolled();
    // The address is a known one, which passwords never delay. Both processes remember the password.
    expect((await client.signIn(user, nextCode(user))).status).toBe(200);
    expect((await client.signIn(user, undefined, another)).code).toBe('auth.second_factor');
    const urls = [system.url, another];
    // Checks that have begun wait for this lock, so that all guesses come while they run.
    await database.sql('begin');
    await lockFactor(user);
    const attack = wrongCodes(user.secret, guesses).map((code, index) =>
      client.signIn(user, code, urls[index % urls.length]),
    );
    const busy = await eventually('all others are refused', async () => {
      const early = await Promise.all(attack.map((answer) => Promise.race([answer, Promise.resolve(null)])));
      const refused = early.filter((answer) => answer !== null);
      return refused.length >= guesses - maxPlaces * urls.length ? refused : null;
    });
    expect(new Set(busy.map(({ code }) => code))).toEqual(new Set(['auth.busy']));
    for (const url of urls) expect((await client.withPassword(other, url)).status).toBe(200);
    expect((await client.signIn(other)).status).toBe(200);
    await database.sql('commit');
    const answers = await Promise.all(attack);
    const codes = answers.map(({ code }) => code).filter((code) => code !== 'auth.busy');
    const checked = codes.filter((code) => code === 'auth.code').length;
    expect(codes.filter((code) => code !== 'auth.code' && code !== 'auth.delayed')).toEqual([]);
    expect(checked).toBeGreaterThanOrEqual(Math.min(5, codes.length));
    expect(checked).toBeLessThanOrEqual(maxPlaces * urls.length);
    printFigure('guesses of a code', {
      found: `${checked} of ${guesses} checked, ${busy.length} refused at once`,
      bound: `${maxPlaces} of an account in each process, and 5 before the delay`,
    });
  });

  test('delay the right code too, in every process, and it ends the count', async () => {
    const user = await enrolled();
    for (let index = 0; index < 5; index += 1) expect((await guess(user, index)).code).toBe('auth.code');
    await setFactor(user, 'wrong_codes = 10');
    expect((await guess(user, 5)).code).toBe('auth.code');
    for (const url of [system.url, another]) {
      for (const code of [nextCode(user), user.recoveryCodes[0]]) {
        const delayed = await client.signIn(user, code, url);
        expect([delayed.status, delayed.code]).toEqual([429, 'auth.delayed']);
        const seconds = Number(delayed.headers.get('retry-after'));
        expect(seconds).toBeGreaterThan(0);
        expect(seconds).toBeLessThanOrEqual(32);
      }
    }
    expect((await client.remove(user, nextCode(user))).code).toBe('auth.delayed');
    await setFactor(user, 'delayed_until = now()');
    expect((await client.signIn(user, nextCode(user))).status).toBe(200);
    for (let index = 0; index < 5; index += 1) expect((await guess(user, index)).code).toBe('auth.code');
    expect((await client.signIn(user, user.recoveryCodes[0])).status).toBe(200);
  });

  test('count as wrong passwords of the account at the address', async () => {
    const user = await enrolled();
    const failures = async () =>
      (await database.sql<{ count: number }>('select count(*)::integer as count from password_failures'))[0]
        ?.count ?? 0;
    const before = await failures();
    expect((await guess(user, 0)).code).toBe('auth.code');
    // The account, and the account at this address.
    expect((await failures()) - before).toBeGreaterThanOrEqual(2);
  });

  test('are in the audit log with the user, in the log without the code, and counted', async () => {
    const user = await enrolled();
    const [code = ''] = wrongCodes(user.secret, 1);
    expect((await client.signIn(user, code)).code).toBe('auth.code');
    expect((await client.signIn(user)).code).toBe('auth.second_factor');
    const path = `/v1/organizations/${user.organization}/audit?action=credentials.refused`;
    const refused = await eventually('both refusals are events', async () => {
      const { text } = await client.send('GET', path, { authorization: `Bearer ${user.token}` });
      const { events } = auditEventList.parse(JSON.parse(text));
      return events.length >= 2 ? { events, text } : null;
    });
    expect(refused.events.map((event) => `${event.user} ${event.code}`).toSorted()).toEqual([
      `${user.email} auth.code`,
      `${user.email} auth.second_factor`,
    ]);
    expect(refused.text).not.toContain(code);
    const line = await eventually('the refusal is logged', async () => {
      await client.signIn(user, code);
      return (await system.apiLog()).find((one) => one.includes('a code was refused')) ?? null;
    });
    expect(JSON.parse(line)).toMatchObject({ level: 'warn', address: '127.0.0.1' });
    expect((await system.apiLog()).join('\n')).not.toContain(code);
    const metrics = await (await fetch(`${system.url}/metrics`)).text();
    expect(metrics).toMatch(/^hourglass_passwords_refused_total\{reason="code_wrong"\} \d+/m);
  });
});
