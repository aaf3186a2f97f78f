import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sharedSystem, type TestSystem, type TestTenant } from '@hourglass/testing';

describe('a resource of another organization', () => {
  let system: TestSystem;
  let other: TestTenant;
  const basic = (email: string, password: string) =>
    `Basic ${Buffer.from(`${email}:${password}`).toString('base64')}`;

  beforeAll(async () => {
    system = await sharedSystem('worker');
    other = await system.createTenant();
  });
  afterAll(() => system.stop());

  test('gets the same bytes as one that does not exist', async () => {
    const id = await system.client.submit({ dimensions: ['apiproxy'], timeRange: 'last60minutes' });
    await system.client.ended(id);
    const unknown = '00000000-0000-4000-8000-000000000000';
    const stranger = `Bearer ${other.token}`;
    for (const [organization, path] of [
      [system.organization, `/queries/${id}`],
      [system.organization, `/queries/${id}/result`],
      [other.organization, `/queries/${id}`],
      [other.organization, `/queries/${id}/result`],
    ] as const) {
      const found = await system.clientOf(organization, 'prod', stranger).request(path);
      const nothing = await system
        .clientOf(other.organization, 'prod', stranger)
        .request(path.replace(id, unknown));
      expect(found.status).toBe(404);
      expect((await found.text()).replaceAll(id, unknown)).toBe(await nothing.text());
    }
    const elsewhere = await system.clientOf(system.organization, 'prod', stranger).request('/queries');
    const nowhere = await system.clientOf('nobody', 'prod', stranger).request('/queries');
    expect(elsewhere.status).toBe(404);
    expect((await elsewhere.text()).replaceAll(system.organization, 'nobody')).toBe(await nowhere.text());
  });

  test('is in no report, nor is one of another environment of the same organization', async () => {
    const now = Date.now();
    await system.client.sendFacts([{ timestamp: now, apiproxy: 'mine' }]);
    await system.clientOf(system.organization, 'test').sendFacts([{ timestamp: now, apiproxy: 'of-test' }]);
    await system
      .clientOf(other.organization, 'prod', `Bearer ${other.token}`)
      .sendFacts([{ timestamp: now, apiproxy: 'of-other' }]);
    const range = { start: new Date(now - 1000).toISOString(), end: new Date(now + 1000).toISOString() };
    const text = await system.client.report({ dimensions: ['apiproxy', 'organization'], timeRange: range });
    expect(text).toBe(`{"apiproxy":"mine","organization":"${system.organization}"}\n`);
  });

  test('needs valid credentials: Basic and Bearer work, anything else is a 401', async () => {
    const right = [`Bearer ${other.token}`, basic(system.email, system.password)];
    const statuses = await Promise.all(
      [
        ...right,
        basic(system.email, 'wrong'),
        basic(`nobody@${system.organization}.example`, system.password),
        'Bearer wrong',
        'Bearer',
        'Basic',
        'Digest x',
        basic(`nul\0@${system.organization}.example`, system.password),
        '',
      ].map(async (authorization, index) => {
        const organization = index === 0 ? other.organization : system.organization;
        const response = await system.clientOf(organization, 'prod', authorization).request('/queries');
        return response.status;
      }),
    );
    expect(statuses).toEqual([200, 200, 401, 401, 401, 401, 401, 401, 401, 401]);
  });
});
