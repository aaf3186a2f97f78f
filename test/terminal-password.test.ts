import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  isServiceMissing,
  runCliAtTerminal,
  sharedSystem,
  terminalProblem,
  type TestSystem,
} from '@hourglass/testing';

const missing = isServiceMissing({
  service: 'a terminal',
  problem: terminalProblem(),
  environment: process.env,
});

describe.skipIf(missing)('a password prompt of the command line', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await sharedSystem('api');
  });
  afterAll(() => system.stop());

  /** Types the answers at the prompts of `set-password`. */
  function setPassword(answers: readonly string[], { isOwn = false } = {}) {
    const questions = [...(isOwn ? ['Current password: '] : []), 'Password: ', 'Repeat password: '];
    const own = isOwn ? ['--own'] : [];
    return runCliAtTerminal(
      system,
      ['admin', 'user', 'set-password', ...own, '--org', system.organization, system.email],
      answers.map((answer, index) => ({ question: questions[index] ?? '', answer })),
    );
  }

  async function statusWith(password: string): Promise<number> {
    const credentials = Buffer.from(`${system.email}:${password}`).toString('base64');
    const response = await fetch(`${system.url}/v1/organizations`, {
      headers: { Authorization: `Basic ${credentials}` },
    });
    return response.status;
  }

  test('does not show the password, which then is valid', async () => {
    const { code, shown } = await setPassword(['typed at a termx\x7final\r', 'typed at a terminal\r']);
    expect([code, shown]).toEqual([0, expect.stringContaining(`changed the password of ${system.email}`)]);
    expect(shown).not.toContain('typed');
    expect(await statusWith('typed at a terminal')).toBe(200);
  });

  test('asks for the current password first to change the own one', async () => {
    const answers = ['typed at a terminal\r', 'typed once more\r', 'typed once more\r'];
    const { code, shown } = await setPassword(answers, { isOwn: true });
    expect([code, shown]).toEqual([0, expect.stringContaining(`changed the password of ${system.email}`)]);
    expect(shown).not.toContain('typed');
    expect(await statusWith('typed once more')).toBe(200);
  });

  test('changes nothing when the passwords differ or after Ctrl-C', async () => {
    const different = await setPassword(['one long password\r', 'another password\r']);
    expect([different.code, different.shown]).toEqual([1, expect.stringContaining('differ')]);
    const givenUp = await setPassword(['one long pass\x03']);
    expect([givenUp.code, givenUp.shown]).toEqual([1, expect.stringContaining('no password was entered')]);
    expect(await statusWith('one long password')).toBe(401);
  });
});
