import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  eventually,
  isServiceMissing,
  repositoryRoot,
  sharedSystem,
  type TestSystem,
} from '@hourglass/testing';

const version = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout;
const missing = isServiceMissing({
  service: 'a terminal, made by script of util-linux',
  problem: (version ?? '').includes('util-linux') ? null : 'it is not installed',
  environment: process.env,
});

describe.skipIf(missing)('a password prompt of the command line', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await sharedSystem('api');
  });
  afterAll(() => system.stop());

  /** Types the answers at the prompts of `set-password`. Returns the text that the terminal showed. */
  async function setPassword(
    answers: readonly string[],
    { isOwn = false } = {},
  ): Promise<{ code: number | null; shown: string }> {
    const entry = path.join(repositoryRoot, 'apps/cli/bin/hourglass.js');
    const command = `"${process.execPath}" "${entry}" admin user set-password ${isOwn ? '--own ' : ''}--org ${system.organization} ${system.email}`;
    const child = spawn('script', ['-qec', command, '/dev/null'], {
      env: { PATH: process.env['PATH'], HOURGLASS_URL: system.url, HOURGLASS_TOKEN: system.token },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let shown = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      shown += chunk;
    });
    const closed = once(child, 'close');
    const questions = [...(isOwn ? ['Current password: '] : []), 'Password: ', 'Repeat password: '];
    for (const [index, answer] of answers.entries()) {
      const question = questions[index] ?? '';
      await eventually(`the question "${question}"`, () => (shown.includes(question) ? true : null));
      child.stdin.write(answer);
    }
    await closed;
    return { code: child.exitCode, shown };
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
