import { randomUUID } from 'node:crypto';
import { eventually, sharedSystem, type TestSystem } from '@hourglass/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashesOf } from './abuse/guessing-client.ts';
import { basic } from './accounts-system.ts';

describe('a password that an API process remembers', () => {
  const password = 'the password of a test';
  let system: TestSystem;
  /** A second API process over the same services. */
  let another: string;
  beforeAll(async () => {
    system = await sharedSystem('api');
    another = await system.startApi();
  });
  afterAll(() => system.stop());

  test('ends at once in every process when it is changed, as does a changed role', async () => {
    const users = `/v1/organizations/${system.organization}/users`;
    const member = `changed-${randomUUID()}@${system.organization}.example`;
    const write = async (method: string, path: string, body: object) => {
      const headers = { Authorization: `Bearer ${system.token}`, 'Content-Type': 'application/json' };
      const response = await fetch(system.url + path, { method, headers, body: JSON.stringify(body) });
      expect(response.ok).toBe(true);
    };
    const statusAt = async (url: string) =>
      (await fetch(url + users, { headers: { Authorization: basic(member, password) } })).status;
    const everywhere = async (status: number) => {
      for (const url of [system.url, another]) {
        await eventually(`it is a ${status}`, async () => ((await statusAt(url)) === status ? true : null));
      }
    };
    await write('POST', users, { email: member, password, role: 'administrator' });
    await everywhere(200);
    const hashesBefore = await hashesOf(another);
    await write('PATCH', `${users}/${member}`, { role: 'member' });
    await everywhere(403);
    await write('PATCH', `${users}/${member}`, { role: 'administrator' });
    await everywhere(200);
    expect(await hashesOf(another)).toBe(hashesBefore);
    await write('PATCH', `${users}/${member}`, { password: 'quite another password' });
    await everywhere(401);
  });
});
