import { randomBytes, randomUUID, scryptSync } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  connectDatabase,
  eventually,
  sharedSystem,
  suiteSize,
  type DatabaseClient,
  type TestSystem,
} from '@hourglass/testing';
import { clientAt, hashesOf, type Answer } from './guessing-client.ts';
import { printFigure } from './print-figure.ts';

const guesses = suiteSize({ short: 20, full: 150 });
/** One runs and three wait; the delay begins with the sixth. */
const maxHashes = 6;

describe('guesses of a password', () => {
  let system: TestSystem;
  const attacker = clientAt('127.0.0.66');
  const stranger = clientAt('127.0.0.67');
  const crowd = clientAt('127.0.0.68');
  const owner = clientAt('127.0.0.1');
  /** A new user for each test, because guesses are counted for an hour. */
  let email: string;
  /** Unknown users have hashes of full cost, users of tests cheap ones. */
  const nobody = `${randomUUID()}@nowhere.example`;
  const stillNobody = `${randomUUID()}@nowhere.example`;
  const password = 'the password of a test';

  /** A second API process over the same services. */
  let another: string;
  let database: DatabaseClient;

  beforeAll(async () => {
    system = await sharedSystem('worker');
    another = await system.startApi();
    database = await connectDatabase(system.databaseUrl);
  });
  afterAll(async () => {
    for (const client of [attacker, stranger, crowd, owner]) client.close();
    await database.end();
    await system.stop();
  });
  beforeEach(async () => {
    ({ email } = await system.createTenant({ password }));
  });

  const guessAll = (url: string, account = email) =>
    Promise.all(
      Array.from({ length: guesses }, (_, index) => attacker.signIn(url, account, `guess ${index}`)),
    );

  function fullCostHash(): string {
    const salt = randomBytes(16);
    const hash = scryptSync(password, salt, 32, { N: 32_768, r: 8, p: 1, maxmem: 64 * 1_048_576 });
    return `scrypt$32768$8$1$${salt.toString('base64')}$${hash.toString('base64')}`;
  }

  test('compute one hash at a time and a handful in all, while others download and sign in', async () => {
    const id = await system.client.submit({ dimensions: ['apiproxy'], timeRange: 'last60minutes' });
    await system.client.ended(id);
    const download = () => system.client.request(`/queries/${id}/result`);
    const alone = await timed(download);
    const hashesBefore = await hashesOf(system.url);
    const attack = guessAll(system.url, nobody);
    const downloaded = await timed(download);
    const signedIn = await stranger.signIn(system.url, system.email, system.password);
    const answers = await attack;
    const hashes = (await hashesOf(system.url)) - hashesBefore - 1;

    expect([downloaded.value.status, signedIn.status]).toEqual([200, 200]);
    expect(hashes).toBeLessThanOrEqual(maxHashes);
    expect(statusesOf(answers)).toEqual(new Set([401, 429]));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(hashes);
    for (const answer of answers.filter(({ status }) => status === 429)) {
      expect(answer.retryAfterSeconds).toBeGreaterThan(0);
      expect(answer.code).toMatch(/^auth\.(busy|delayed)$/);
    }
    printFigure('password guesses', {
      found: `${hashes} hashes of ${guesses} guesses; a download took ${downloaded.ms.toFixed(0)} ms, alone ${alone.ms.toFixed(0)} ms`,
      bound: `${maxHashes} hashes`,
    });
  });

  test('delay the next in every process, also in one that started later, but no user at a known address', async () => {
    expect((await owner.signIn(system.url, email, password)).status).toBe(200);
    for (let index = 0; index < 6; index += 1) {
      expect((await attacker.signIn(system.url, email, `guess ${index}`)).status).toBe(401);
    }
    // The delay of a second would end while a process starts.
    await database.sql('update password_failures set excess = 9, delayed_until = now() where excess > 0');
    expect((await attacker.signIn(system.url, email, 'guess')).status).toBe(401);
    const later = await system.startApi();
    for (const url of [system.url, another, later]) {
      const hashesBefore = await hashesOf(url);
      const delayed = await attacker.signIn(url, email, password);
      expect([delayed.status, delayed.code]).toEqual([429, 'auth.delayed']);
      expect(await hashesOf(url)).toBe(hashesBefore);
      expect((await owner.signIn(url, email, password)).status).toBe(200);
      expect((await stranger.signIn(url, email, password)).status).toBe(200);
    }
  });

  test('from a known address neither lock it out nor fill the queue', async () => {
    expect((await attacker.signIn(system.url, email, password)).status).toBe(200);
    // With a cheap hash, those that wait make room while guesses still arrive: a known address has no delay.
    await database.sql('update users set password_hash = $1 where email = $2', [fullCostHash(), email]);
    const hashesBefore = await hashesOf(system.url);
    const answers = await guessAll(system.url);
    expect((await hashesOf(system.url)) - hashesBefore).toBeLessThanOrEqual(maxHashes);
    expect(statusesOf(answers)).toEqual(new Set([401, 429]));
    expect((await attacker.signIn(another, email, password)).status).toBe(200);
  });

  test('from many addresses delay the account at a new address, not at a known one', async () => {
    expect((await owner.signIn(system.url, email, password)).status).toBe(200);
    const failures = () => database.sql<{ key: string }>('select key from password_failures');
    const before = (await failures()).map(({ key }) => key);
    expect((await crowd.signIn(system.url, email, 'guess')).status).toBe(401);
    // Stands for a hundred guesses of the account from as many addresses.
    await database.sql('update password_failures set excess = 9 where key <> all($1)', [before]);
    expect((await crowd.signIn(system.url, email, 'guess')).status).toBe(401);
    const delayed = await stranger.signIn(system.url, email, password);
    expect([delayed.status, delayed.code]).toEqual([429, 'auth.delayed']);
    // The first process remembers the password and would not check it.
    expect((await owner.signIn(another, email, password)).status).toBe(200);
  });

  test('of clients that left are not computed', async () => {
    const hashesBefore = await hashesOf(system.url);
    const clients = Array.from({ length: 4 }, () => new AbortController());
    const attempts = clients.map(({ signal }, index) =>
      attacker.signIn(system.url, stillNobody, `guess ${index}`, signal),
    );
    await eventually('a hash begins', async () =>
      (await hashesOf(system.url)) > hashesBefore ? true : null,
    );
    for (const client of clients) client.abort();
    await Promise.allSettled(attempts);
    expect((await stranger.signIn(system.url, email, password)).status).toBe(200);
    // The one that ran and the correct one.
    expect((await hashesOf(system.url)) - hashesBefore).toBeLessThan(2 + clients.length - 1);
  });

  test('double the delay up to 15 minutes', async () => {
    const guess = () => attacker.signIn(system.url, email, 'guess');
    /** Ends the delay, makes one more wrong guess, and returns the delay of the next. */
    const nextDelay = async () => {
      await database.sql('update password_failures set delayed_until = now()');
      expect((await guess()).status).toBe(401);
      return (await guess()).retryAfterSeconds;
    };
    for (let index = 0; index < 5; index += 1) expect((await guess()).status).toBe(401);
    expect([await nextDelay(), await nextDelay(), await nextDelay()]).toEqual([1, 2, 4]);
    await database.sql('update password_failures set excess = 20 where excess > 0');
    expect(await nextDelay()).toBe(900);
  });

  test('are logged without the password, and counted', async () => {
    await attacker.signIn(system.url, email, 'a secret guess');
    const line = await eventually(
      'the refusal is logged',
      async () => (await system.apiLog()).find((one) => one.includes('a password was refused')) ?? null,
    );
    expect(JSON.parse(line)).toMatchObject({ level: 'warn', address: expect.any(String) as string });
    expect((await system.apiLog()).join('\n')).not.toContain('a secret guess');
    const metrics = await (await fetch(`${system.url}/metrics`)).text();
    expect(metrics).toMatch(/^hourglass_passwords_refused_total\{reason="wrong"\} \d+/m);
  });
});

const statusesOf = (answers: readonly Answer[]) => new Set(answers.map(({ status }) => status));

async function timed<Value>(work: () => Promise<Value>): Promise<{ value: Value; ms: number }> {
  const startedMs = performance.now();
  const value = await work();
  return { value, ms: performance.now() - startedMs };
}
