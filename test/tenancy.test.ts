import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createTestTenant,
  startSystem,
  testEmail,
  testPassword,
  type RunningSystem,
} from '@hourglass/testing';

describe('what belongs to another organization', () => {
  let system: RunningSystem;
  const otherToken = 'token-of-the-other-organization';
  const basic = (email: string, password: string) =>
    `Basic ${Buffer.from(`${email}:${password}`).toString('base64')}`;

  beforeAll(async () => {
    system = await startSystem();
    await createTestTenant(system.databaseUrl, {
      organization: 'other',
      environments: ['prod'],
      token: otherToken,
    });
  });
  afterAll(() => system.stop());

  test('is answered like something that does not exist, to the byte', async () => {
    const id = await system.client.submit({ dimensions: ['apiproxy'], timeRange: 'last60minutes' });
    await system.client.ended(id);
    const unknown = '00000000-0000-4000-8000-000000000000';
    const stranger = `Bearer ${otherToken}`;
    for (const [organization, path] of [
      ['acme', `/queries/${id}`],
      ['acme', `/queries/${id}/result`],
      ['other', `/queries/${id}`],
      ['other', `/queries/${id}/result`],
    ] as const) {
      const found = await system.clientOf(organization, 'prod', stranger).request(path);
      const nothing = await system.clientOf('other', 'prod', stranger).request(path.replace(id, unknown));
      expect(found.status).toBe(404);
      expect((await found.text()).replaceAll(id, unknown)).toBe(await nothing.text());
    }
    const elsewhere = await system.clientOf('acme', 'prod', stranger).request('/queries');
    const nowhere = await system.clientOf('nobody', 'prod', stranger).request('/queries');
    expect(elsewhere.status).toBe(404);
    expect((await elsewhere.text()).replaceAll('acme', 'nobody')).toBe(await nowhere.text());
  });

  test('never shows in a report, nor does another environment of the same organization', async () => {
    const now = Date.now();
    await system.client.sendFacts([{ timestamp: now, apiproxy: 'mine' }]);
    await system.clientOf('acme', 'test').sendFacts([{ timestamp: now, apiproxy: 'of-test' }]);
    await system
      .clientOf('other', 'prod', `Bearer ${otherToken}`)
      .sendFacts([{ timestamp: now, apiproxy: 'of-other' }]);
    const range = { start: new Date(now - 1000).toISOString(), end: new Date(now + 1000).toISOString() };
    const text = await system.client.report({ dimensions: ['apiproxy', 'organization'], timeRange: range });
    expect(text).toBe('{"apiproxy":"mine","organization":"acme"}\n');
  });

  test('needs the right credentials: Basic and Bearer both work, anything else is a 401', async () => {
    const right = [`Bearer ${otherToken}`, basic(testEmail, testPassword)];
    const statuses = await Promise.all(
      [
        ...right,
        basic(testEmail, 'wrong'),
        basic('nobody@acme.example', testPassword),
        'Bearer wrong',
        'Bearer',
        'Basic',
        'Digest x',
        basic('nul\0@acme.example', testPassword),
        '',
      ].map(async (authorization, index) => {
        const organization = index === 0 ? 'other' : 'acme';
        const response = await system.clientOf(organization, 'prod', authorization).request('/queries');
        return response.status;
      }),
    );
    expect(statuses).toEqual([200, 200, 401, 401, 401, 401, 401, 401, 401, 401]);
  });
});
