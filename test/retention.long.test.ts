import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { environmentRetention, errorBody, queryExplanation } from '@hourglass/contract';
import { openDatabase, type Database } from '@hourglass/database';
import { sweepSegments } from '@hourglass/facts';
import { openObjectStore } from '@hourglass/object-store';
import { eventually, startSystem, type RunningSystem } from '@hourglass/testing';

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
const query = {
  metrics: [{ name: 'message_count', alias: 'calls' }],
  dimensions: ['apiproxy'],
  timeRange: { start: daysAgo(300), end: daysAgo(0) },
};

describe("an environment's own retention", () => {
  let system: RunningSystem;
  let database: Database;
  beforeAll(async () => {
    system = await startSystem({
      env: { HOURGLASS_SEAL_AFTER_SECONDS: '1', HOURGLASS_RETENTION_DAYS: '250' },
    });
    database = openDatabase({ as: 'owner', url: system.databaseUrl, poolSize: 2, retentionDays: 250 });
  });
  afterAll(async () => {
    await database.close();
    await system.stop();
  });

  const patch = (body: unknown) =>
    system.client.request('/retention', { method: 'PATCH', body: JSON.stringify(body) });
  const retention = async () =>
    environmentRetention.parse(await (await system.client.request('/retention')).json());
  const liveSegments = async () => {
    const response = await system.client.request('/queries?dryRun=true', {
      method: 'POST',
      body: JSON.stringify(query),
    });
    return queryExplanation.parse(await response.json()).segments.live;
  };
  const storedObjects = async () => {
    const entries = await readdir(path.join(system.dataDirectory, 'store', 'objects', 'segments'), {
      recursive: true,
    });
    return entries.filter((name) => name.endsWith('.parquet')).length;
  };
  /** Runs the worker's job without its delays. The database rounds to milliseconds: hence -1. */
  const sweep = async () => {
    const objects = await openObjectStore({ folder: path.join(system.dataDirectory, 'store'), s3: null });
    const terms = { retiredForMs: -1, incomingForMs: 3_600_000, limit: 100 };
    return sweepSegments({ segments: database.segments, objects, onRemoved: () => {} }, terms);
  };

  test('drops segments whose facts are all older, from reports and from the store, and keeps the others', async () => {
    // One after the other, so that each becomes a segment.
    for (const [index, days] of [200, 100, 10].entries()) {
      await system.client.sendFacts([{ timestamp: daysAgo(days), apiproxy: `${days} days` }]);
      await eventually('it is sealed', async () => ((await liveSegments()) === index + 1 ? true : null));
    }
    expect(await sweep()).toBe(0);
    expect(await storedObjects()).toBe(3);

    expect((await patch({ retentionDays: 150 })).status).toBe(200);
    expect(await sweep()).toBe(1);
    expect(await storedObjects()).toBe(2);
    expect(await system.client.report(query)).toBe(
      '{"calls":"1","apiproxy":"10 days"}\n{"calls":"1","apiproxy":"100 days"}\n',
    );
  });

  test('replaces the setting and is reset with null', async () => {
    await patch({ retentionDays: null });
    const defaults = { retentionDays: 250, own: { retentionDays: null } };
    expect(await retention()).toEqual(defaults);
    const changed = environmentRetention.parse(await (await patch({ retentionDays: 900 })).json());
    const longer = { retentionDays: 900, own: { retentionDays: 900 } };
    const removes = { facts: 0, bytes: 0 };
    expect(changed).toEqual({ ...longer, removes });
    expect(await retention()).toEqual(longer);
    expect(await (await patch({ retentionDays: null })).json()).toEqual({ ...defaults, removes });
  });

  test.each<[unknown, string, RegExp]>([
    [{}, 'retentionDays', /./],
    [{ retentionDays: 0 }, 'retentionDays', /at least 1/],
    [{ retentionDays: 100_001 }, 'retentionDays', /at most 100000/],
    [{ retentionDays: '30' }, 'retentionDays', /number/],
    [{ days: 30, retentionDays: 30 }, 'days', /unknown property/],
  ])('is not changed by %j: 400 with the field and the expected value', async (body, field, words) => {
    const response = await patch(body);
    expect(response.status).toBe(400);
    const [detail] = errorBody.parse(await response.json()).error.details;
    const description = expect.stringMatching(words) as unknown;
    expect(detail?.fieldViolations[0]).toEqual({ field, description });
    expect((await retention()).own.retentionDays).toBeNull();
  });

  test('is shown and changed by the command line', async () => {
    const command = ['admin', 'environment', 'retention', '--org', 'acme', '--env', 'test'];
    const shown = await Promise.all([system.runCli(...command), system.runCli(...command, '--json')]);
    expect(shown.map(({ output }) => output)).toEqual([
      'retention: 250 days (default)',
      JSON.stringify({ retentionDays: 250, own: { retentionDays: null } }),
    ]);
    expect(await system.runCli(...command, '--days', '30', '--yes')).toEqual({
      code: 0,
      output: expect.stringMatching(/^retention: 30 days \(override\)\nremoved: /) as string,
    });
    expect((await system.runCli(...command, '--days', 'default')).output).toContain('250 days (default)');
  });
});
