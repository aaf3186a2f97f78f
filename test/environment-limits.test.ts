import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { environmentLimits, errorBody } from '@hourglass/contract';
import { sharedSystem, type ContractClient, type TestSystem, type TestTenant } from '@hourglass/testing';
import { runCli } from './run-cli.ts';

describe("an environment's own limits", () => {
  let system: TestSystem;
  let other: TestTenant;
  beforeAll(async () => {
    system = await sharedSystem('api');
    other = await system.createTenant();
  });
  afterAll(() => system.stop());

  const patch = (body: unknown, client: ContractClient = system.client) =>
    client.request('/limits', {
      method: 'PATCH',
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const limits = async () => environmentLimits.parse(await (await system.client.request('/limits')).json());
  const defaults = {
    queriesPerHour: 1000,
    activeQueries: 10,
    schedules: 100,
    scheduledQueries: 10,
    turnWeight: 1,
    own: { queriesPerHour: null, activeQueries: null, schedules: null, scheduledQueries: null },
  };

  test('replace those of the settings, apply to the next submission, and can be reset', async () => {
    const submit = () =>
      system.client.request('/queries', {
        method: 'POST',
        body: '{"dimensions":["apiproxy"],"timeRange":"last60minutes"}',
      });
    expect(await limits()).toEqual(defaults);
    const changed = environmentLimits.parse(await (await patch({ queriesPerHour: 1 })).json());
    expect(changed).toEqual({ ...defaults, queriesPerHour: 1, own: { ...defaults.own, queriesPerHour: 1 } });
    expect((await submit()).status).toBe(201);
    expect((await submit()).status).toBe(429);

    await patch({ queriesPerHour: 1_000_000, activeQueries: 1 });
    const refused = await submit();
    expect([refused.status, errorBody.parse(await refused.json()).code]).toEqual([429, 'limit.active']);
    // An omitted limit does not change.
    await patch({ activeQueries: null });
    expect(await limits()).toMatchObject({ queriesPerHour: 1_000_000, activeQueries: 10 });
    expect((await submit()).status).toBe(201);
    expect(environmentLimits.parse(await (await patch({ turnWeight: 3 })).json()).turnWeight).toBe(3);
    await patch({ queriesPerHour: null, turnWeight: 1 });
    expect(await limits()).toEqual(defaults);
  });

  test.each<[unknown, string, RegExp]>([
    [{}, 'body', /queriesPerHour/],
    [[], 'body', /object/],
    [{ queriesPerHour: 0 }, 'queriesPerHour', /at least 1/],
    [{ queriesPerHour: 1_000_001 }, 'queriesPerHour', /at most 1000000/],
    [{ queriesPerHour: 1.5 }, 'queriesPerHour', /int/],
    [{ queriesPerHour: '20' }, 'queriesPerHour', /number/],
    [{ activeQueries: 0 }, 'activeQueries', /at least 1/],
    [{ activeQueries: 100_001 }, 'activeQueries', /at most 100000/],
    [{ activeQueries: true }, 'activeQueries', /number/],
    [{ schedules: 0 }, 'schedules', /at least 1/],
    [{ schedules: 10_001 }, 'schedules', /at most 10000/],
    [{ schedules: '5' }, 'schedules', /number/],
    [{ scheduledQueries: 0 }, 'scheduledQueries', /at least 1/],
    [{ scheduledQueries: 100_001 }, 'scheduledQueries', /at most 100000/],
    [{ scheduledQueries: 0.5 }, 'scheduledQueries', /int/],
    [{ turnWeight: 0 }, 'turnWeight', /at least 1/],
    [{ turnWeight: 101 }, 'turnWeight', /at most 100/],
    [{ turnWeight: null }, 'turnWeight', /number/],
    [{ queries: 5 }, 'queries', /unknown property/],
  ])('are not changed by %j: 400 with the field and the expected value', async (body, field, words) => {
    const before = await limits();
    const response = await patch(body);
    expect(response.status).toBe(400);
    const [detail] = errorBody.parse(await response.json()).error.details;
    expect(detail?.fieldViolations[0]).toEqual({
      field,
      description: expect.stringMatching(words) as unknown,
    });
    expect(await limits()).toEqual(before);
  });

  test('are for administrators of the organization: 403 for its members, 404 for other organizations', async () => {
    const member = system.clientOf(other.organization, 'prod', `Bearer ${other.token}`);
    expect((await patch({ queriesPerHour: 100 }, member)).status).toBe(403);
    expect((await member.request('/limits')).status).toBe(403);
    for (const [organization, environment] of [
      [other.organization, 'prod'],
      [system.organization, 'none'],
    ] as const) {
      const response = await patch({ queriesPerHour: 100 }, system.clientOf(organization, environment));
      expect(response.status).toBe(404);
    }
    const wrongMethod = await system.client.request('/limits', { method: 'DELETE' });
    expect([wrongMethod.status, wrongMethod.headers.get('Allow')]).toEqual([405, 'GET, HEAD, PATCH']);
  });

  test('are shown and changed by the command line', async () => {
    const command = ['admin', 'environment', 'limits', '--org', system.organization, '--env', 'test'];
    expect(await runCli(system, ...command)).toEqual({
      code: 0,
      output: [
        'queries per hour: 1000 (default)',
        'active queries: 10 (default)',
        'schedules: 100 (default)',
        'scheduled queries: 10 (default)',
        'fair-share weight: 1',
      ].join('\n'),
    });
    expect(
      await runCli(
        system,
        ...command,
        '--queries-per-hour',
        '20',
        '--active-queries',
        '3',
        '--schedules',
        '4',
        '--scheduled-queries',
        '5',
        '--turn-weight',
        '2',
      ),
    ).toEqual({
      code: 0,
      output: [
        'queries per hour: 20 (override)',
        'active queries: 3 (override)',
        'schedules: 4 (override)',
        'scheduled queries: 5 (override)',
        'fair-share weight: 2',
      ].join('\n'),
    });
    const json = await runCli(system, ...command, '--active-queries', 'default', '--json');
    expect(JSON.parse(json.output)).toEqual({
      ...{ queriesPerHour: 20, activeQueries: 10, schedules: 4, scheduledQueries: 5, turnWeight: 2 },
      own: { queriesPerHour: 20, activeQueries: null, schedules: 4, scheduledQueries: 5 },
    });
    expect((await runCli(system, ...command, '--queries-per-hour', 'many')).code).toBe(2);
    const refused = await runCli(system, ...command, '--queries-per-hour', '0');
    expect([refused.code, refused.output]).toEqual([1, expect.stringContaining('at least 1')]);
  });
});
