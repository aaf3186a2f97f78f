import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { environmentHostnames, errorBody } from '@hourglass/contract';
import { sharedSystem, type ContractClient, type TestSystem, type TestTenant } from '@hourglass/testing';
import { runCli } from './run-cli.ts';

describe("an environment's hostnames", () => {
  let system: TestSystem;
  let other: TestTenant;
  beforeAll(async () => {
    system = await sharedSystem('api');
    other = await system.createTenant();
  });
  afterAll(() => system.stop());

  const put = (body: unknown, client: ContractClient = system.client) =>
    client.request('/hostnames', { method: 'PUT', body: JSON.stringify(body) });
  const hostnames = async (client: ContractClient = system.client) =>
    environmentHostnames.parse(await (await client.request('/hostnames')).json()).hostnames;

  test('are replaced as a whole, and stored in lower case, unique and sorted', async () => {
    expect(await hostnames()).toEqual([]);
    const response = await put({ hostnames: ['WWW.Example.com', 'api.example.com', 'www.example.com'] });
    expect([response.status, await response.text()]).toEqual([
      200,
      '{"hostnames":["api.example.com","www.example.com"]}',
    ]);
    expect(await hostnames()).toEqual(['api.example.com', 'www.example.com']);
    await put({ hostnames: ['www.example.com'] });
    expect(await hostnames()).toEqual(['www.example.com']);
  });

  test('belong to one environment of the organization: a 409 names the one that is taken', async () => {
    const testEnvironment = system.clientOf(system.organization, 'test');
    await put({ hostnames: ['taken.example.com'] });
    await put({ hostnames: ['test.example.com'] }, testEnvironment);
    const refused = await put({ hostnames: ['free.example.com', 'taken.example.com'] }, testEnvironment);
    const body = errorBody.parse(await refused.json());
    expect([refused.status, body.code, body.message]).toEqual([
      409,
      'hostname.taken',
      'The hostname "taken.example.com" belongs to the environment "prod"; remove it there first',
    ]);
    expect(await hostnames(testEnvironment)).toEqual(['test.example.com']);
  });

  const long = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(61)}`;
  test('may be as long as DNS allows, and up to a hundred', async () => {
    const most = [long, ...Array.from({ length: 99 }, (_, i) => `host-${i}.example`)];
    expect((await put({ hostnames: most })).status).toBe(200);
    expect(await hostnames()).toHaveLength(100);
  });

  test.each<[unknown, string, RegExp]>([
    [{}, 'hostnames', /required/],
    [{ hostnames: 'api.example.com' }, 'hostnames', /array/],
    [{ hostnames: [7] }, 'hostnames[0]', /string/],
    [{ hostnames: [''] }, 'hostnames[0]', /DNS name/],
    [{ hostnames: ['ok.example', '*.example.com'] }, 'hostnames[1]', /DNS name/],
    [{ hostnames: ['a..b'] }, 'hostnames[0]', /DNS name/],
    [{ hostnames: ['-a.example'] }, 'hostnames[0]', /DNS name/],
    [{ hostnames: ['a.example.'] }, 'hostnames[0]', /DNS name/],
    [{ hostnames: ['a.example:8080'] }, 'hostnames[0]', /DNS name/],
    [{ hostnames: ['münchen.example'] }, 'hostnames[0]', /DNS name/],
    [{ hostnames: ['a\n.example'] }, 'hostnames[0]', /DNS name/],
    [{ hostnames: [`${'a'.repeat(64)}.example`] }, 'hostnames[0]', /DNS name/],
    [{ hostnames: [`${long}d`] }, 'hostnames[0]', /253/],
    [{ hostnames: Array.from({ length: 101 }, (_, i) => `h${i}`) }, 'hostnames', /at most 100/],
    [{ hostnames: [], more: 1 }, 'more', /unknown property/],
  ])('are refused as %j, with the field and the expected value', async (body, field, words) => {
    const before = await hostnames();
    const response = await put(body);
    expect(response.status).toBe(400);
    const [detail] = errorBody.parse(await response.json()).error.details;
    expect(detail?.fieldViolations[0]).toEqual({
      field,
      description: expect.stringMatching(words) as unknown,
    });
    expect(await hostnames()).toEqual(before);
  });

  test('are read by members of the organization and replaced by its administrators', async () => {
    const member = system.clientOf(other.organization, 'prod', `Bearer ${other.token}`);
    expect(await hostnames(member)).toEqual([]);
    expect((await put({ hostnames: [] }, member)).status).toBe(403);
    expect((await put({ hostnames: [] }, system.clientOf(system.organization, 'none'))).status).toBe(404);
  });

  test('are shown and replaced by the command line', async () => {
    const command = ['admin', 'environment', 'hostnames', '--org', system.organization, '--env', 'test'];
    expect(await runCli(system, ...command, '--set', 'b.example, A.example')).toEqual({
      code: 0,
      output: 'a.example\nb.example',
    });
    expect(await runCli(system, ...command, '--json')).toEqual({
      code: 0,
      output: '{"hostnames":["a.example","b.example"]}',
    });
    expect(await runCli(system, ...command, '--set', '')).toEqual({ code: 0, output: 'no host names' });
    const refused = await runCli(system, ...command, '--set', '*');
    expect([refused.code, refused.output]).toEqual([1, expect.stringContaining('a DNS name')]);
  });
});
