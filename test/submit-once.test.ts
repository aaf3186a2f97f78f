import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorBody, queryStatus } from '@hourglass/contract';
import { sharedSystem, temporaryFolder, type TestSystem } from '@hourglass/testing';
import { runCli } from './run-cli.ts';

const query = { dimensions: ['apiproxy'], timeRange: 'last60minutes', limit: 5 };

describe('a submission with an Idempotency-Key', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await sharedSystem('worker');
  });
  afterAll(() => system.stop());

  const post = (key: string, body: object, below = '/queries') =>
    system.client.request(below, {
      method: 'POST',
      headers: { 'Idempotency-Key': key },
      body: JSON.stringify(body),
    });
  const left = (response: Response) => Number(response.headers.get('X-RateLimit-Remaining'));

  test('that is repeated gets the first response and does not count again, also after the query ended', async () => {
    const key = randomUUID();
    const first = await post(key, query);
    const text = await first.text();
    expect(first.status).toBe(201);
    const again = await post(key, { limit: 5, timeRange: 'last60minutes', dimensions: ['apiproxy'] });
    expect([again.status, await again.text(), left(again)]).toEqual([201, text, left(first)]);
    const { self } = queryStatus.parse(JSON.parse(text));
    const id = self.slice(self.lastIndexOf('/') + 1);
    expect((await system.client.ended(id)).state).toBe('completed');
    const later = await post(key, query);
    expect([later.status, await later.text(), left(later)]).toEqual([201, text, left(first)]);
  });

  test.each([
    ['another body', '/queries', { ...query, limit: 6 }],
    ['another time zone', '/queries?tzo=60', query],
  ])('that has %s is a 409', async (_, below, body) => {
    const key = randomUUID();
    expect((await post(key, query)).status).toBe(201);
    const refused = await post(key, body, below);
    expect([refused.status, errorBody.parse(await refused.json())]).toEqual([
      409,
      expect.objectContaining({
        code: 'query.key_reused',
        message: `The Idempotency-Key "${key}" was already used for a different submission`,
      }),
    ]);
  });

  test('that is a dry run or invalid does not use the key', async () => {
    const key = randomUUID();
    expect((await post(key, query, '/queries?dryRun=true')).status).toBe(200);
    expect((await post(key, { ...query, dimensions: ['nonsense'] })).status).toBe(400);
    expect((await post(key, query)).status).toBe(201);
  });

  test.each(['', 'two words', 'é', 'x'.repeat(256)])(
    'is a 400 that names the header for the key %j',
    async (key) => {
      const response = await post(key, query);
      expect(response.status).toBe(400);
      const [detail] = errorBody.parse(await response.json()).error.details;
      expect(detail?.fieldViolations[0]?.field).toBe('Idempotency-Key');
    },
  );

  test('to a host, or of a monetization report, is also accepted once', async () => {
    await system.client.request('/hostnames', {
      method: 'PUT',
      body: JSON.stringify({ hostnames: ['api.example.com'] }),
    });
    const organization = system.client.environmentUrl.replace(/\/environments\/.*/, '');
    const send = async (url: string, key: string, body: object) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          Authorization: `Bearer ${system.token}`,
          'Content-Type': 'application/json',
          'Idempotency-Key': key,
        },
        body: JSON.stringify(body),
      });
      const text = await response.text();
      if (response.status !== 201) throw new Error(`${response.status} ${text}`);
      return text;
    };
    const hosts = [`${organization}/hostQueries`, { ...query, envgroupHostname: 'api.example.com' }] as const;
    const mint = [
      `${organization.replace('/v1/', '/v1/mint/')}/async-reports`,
      { fromDate: '2026-06-01 00:00:00', toDate: '2026-06-30 00:00:00' },
    ] as const;
    for (const [url, body] of [hosts, mint]) {
      const key = randomUUID();
      expect(await send(url, key, body)).toBe(await send(url, key, body));
    }
  });

  test('is sent by the command line for every submission', async () => {
    const folder = await temporaryFolder();
    const file = path.join(folder.path, 'query.json');
    await writeFile(file, JSON.stringify(query));
    const place = ['--org', system.organization, '--env', 'prod'];
    const submit = (...more: string[]) => runCli(system, 'submit', file, ...place, ...more);
    const [one, other] = [await submit('--idempotency-key', 'a'), await submit('--idempotency-key', 'a')];
    expect(one.code).toBe(0);
    expect(other).toEqual(one);
    expect((await submit()).output).not.toBe((await submit()).output);
    await folder.remove();
  });
});
