import { afterAll, beforeAll, expect, test } from 'vitest';
import { environmentRetention, queryExplanation } from '@hourglass/contract';
import { sharedSystem, type TestSystem } from '@hourglass/testing';
import { runCli } from './run-cli.ts';

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
const query = {
  metrics: [{ name: 'message_count', alias: 'calls' }],
  dimensions: ['apiproxy'],
  timeRange: { start: daysAgo(300), end: daysAgo(0) },
};

let system: TestSystem;
beforeAll(async () => {
  system = await sharedSystem('worker');
});
afterAll(() => system.stop());

async function patch(retentionDays: number | null, parameters = '') {
  const response = await system.client.request(`/retention${parameters}`, {
    method: 'PATCH',
    body: JSON.stringify({ retentionDays }),
  });
  expect(response.status).toBe(200);
  return environmentRetention.parse(await response.json());
}

async function estimatedFacts(): Promise<number> {
  const body = JSON.stringify(query);
  const response = await system.client.request('/queries?dryRun=true', { method: 'POST', body });
  return queryExplanation.parse(await response.json()).rowsScanned;
}

test('a shorter retention says what it removes, and hides it from every reader at once', async () => {
  // Newer facts of the same batch stay.
  const ages = [200, 200, 100, 10];
  await system.client.sendFacts(ages.map((days) => ({ timestamp: daysAgo(days), apiproxy: `${days}` })));

  const removes = { facts: 2, bytes: expect.any(Number) as number };
  const own = { retentionDays: 150 };
  expect(await patch(150, '?dryRun=true')).toEqual({ retentionDays: 150, own, removes });
  expect(await estimatedFacts()).toBe(4);
  const changed = await patch(150);
  expect(changed).toEqual({ retentionDays: 150, own, removes });
  expect(changed.removes?.bytes).toBeGreaterThan(0);

  expect(await estimatedFacts()).toBe(2);
  expect(await system.client.report(query)).toBe(
    '{"calls":"1","apiproxy":"10"}\n{"calls":"1","apiproxy":"100"}\n',
  );
  const command = ['admin', 'environment', 'retention', '--org', system.organization, '--env', 'prod'];
  const refused = await runCli(system, ...command, '--days', '50');
  expect([refused.code, refused.output]).toEqual([
    1,
    expect.stringMatching(
      /this removes 1 fact of about \d+ bytes: nothing was done; expected --yes/,
    ) as string,
  ]);
  // Facts that are hidden already are not counted again.
  expect((await patch(50)).removes?.facts).toBe(1);
  expect((await patch(null)).removes).toEqual({ facts: 0, bytes: 0 });
});
