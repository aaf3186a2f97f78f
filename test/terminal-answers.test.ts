import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { batchList, environmentRetention } from '@hourglass/contract';
import {
  isServiceMissing,
  runCliAtTerminal,
  sharedSystem,
  terminalProblem,
  type TestSystem,
} from '@hourglass/testing';
import { runCli } from './run-cli.ts';

const missing = isServiceMissing({
  service: 'a terminal',
  problem: terminalProblem(),
  environment: process.env,
});

const day = 86_400_000;
const daysAgo = (days: number) => new Date(Date.now() - days * day).toISOString();

describe.skipIf(missing)('a question of the command line before it removes facts', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await sharedSystem('api');
  });
  afterAll(() => system.stop());

  /** Answers the one question of a command, whose text is the part of it after "This ". */
  async function answer(args: readonly string[], effect: RegExp, typed: string) {
    const question = 'Continue? [y/N] ';
    const { code, shown } = await runCliAtTerminal(system, args, [{ question, answer: typed }]);
    expect(shown).toMatch(effect);
    return { code, shown };
  }

  /** Every answer but yes leaves everything as it is. */
  async function expectRefusals(args: readonly string[], effect: RegExp): Promise<void> {
    const refusals = ['n\r', '\x04', '\r', '\x03', 'yy\r'].map(async (typed) => {
      const { code, shown } = await answer(args, effect, typed);
      expect([typed, code, shown]).toEqual([typed, 1, expect.stringContaining('nothing was done')]);
    });
    await Promise.all(refusals);
  }

  const sendFacts = (environment: string, ages: readonly number[]) =>
    system
      .clientOf(system.organization, environment)
      .sendFacts(ages.map((age) => ({ timestamp: daysAgo(age), apiproxy: 'asked' })));
  const batchesOf = async (environment: string) => {
    const response = await system.clientOf(system.organization, environment).request('/batches');
    return response.status === 404 ? null : batchList.parse(await response.json()).batches;
  };
  const place = (environment: string) => ['--org', system.organization, '--env', environment];

  test('of a time range says how many facts and bytes, and only yes deletes them', async () => {
    await sendFacts('prod', [3, 2, 2]);
    const range = ['--from', daysAgo(2.5), '--to', daysAgo(1.5)];
    const command = ['facts', 'delete', ...place('prod'), '--dataset', 'api', ...range];
    const effect = /This deletes 2 facts of about [1-9]\d* bytes: api from \S+ until before \S+\. Continue/;
    await expectRefusals(command, effect);
    const { code, shown } = await answer(command, effect, 'y\r');
    expect([code, shown]).toEqual([0, expect.stringContaining('deleted 2 facts of api')]);
    expect((await batchesOf('prod'))?.map(({ facts }) => facts)).toEqual([1]);
  });

  test('of a batch and an environment says how many facts, and only yes deletes them', async () => {
    await runCli(system, 'admin', 'environment', 'create', '--org', system.organization, 'asked');
    await sendFacts('asked', [1, 1]);
    await sendFacts('asked', [1]);
    const [first] = (await batchesOf('asked')) ?? [];
    const command = ['batches', 'delete', ...place('asked'), first?.batch ?? ''];
    await answer(command, /This deletes 1 fact of api: the batch /, 'n\r');
    expect(await batchesOf('asked')).toHaveLength(2);
    await answer(command, /This deletes 1 fact of api: the batch /, 'YES\r');
    expect(await batchesOf('asked')).toHaveLength(1);
    const whole = ['admin', 'environment', 'delete', '--org', system.organization, 'asked'];
    const effect = /This deletes the environment asked with 2 facts in 1 batch and 0 queries\. Continue/;
    await answer(whole, effect, '\x04');
    expect(await batchesOf('asked')).toHaveLength(1);
    expect((await answer(whole, effect, ' y \r')).code).toBe(0);
    expect(await batchesOf('asked')).toBe(null);
  });

  test('of a shorter retention says how many facts and bytes, and only yes changes it', async () => {
    await sendFacts('test', [9, 9, 1]);
    const retention = async () => {
      const response = await system.clientOf(system.organization, 'test').request('/retention');
      return environmentRetention.parse(await response.json()).own.retentionDays;
    };
    const command = ['admin', 'environment', 'retention', ...place('test'), '--days', '5'];
    const effect = /This removes 2 facts of about [1-9]\d* bytes\. Continue/;
    await answer(command, effect, 'n\r');
    expect(await retention()).toBe(null);
    expect((await answer(command, effect, 'y\r')).code).toBe(0);
    expect(await retention()).toBe(5);
  });
});
