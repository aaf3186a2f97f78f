import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { errorBody, queryExplanation, queryStatus, type QueryStatus } from '@hourglass/contract';
import {
  connectDatabase,
  eventually,
  sharedSystem,
  temporaryFolder,
  type TemporaryFolder,
  type TestSystem,
} from '@hourglass/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

let system: TestSystem;
let folder: TemporaryFolder;
beforeAll(async () => {
  [system, folder] = await Promise.all([sharedSystem('worker'), temporaryFolder()]);
});
afterAll(async () => {
  await system.stop();
  await folder.remove();
});

let days = 0;

/** A query over a day of its own, with `calls` facts. */
async function queryOver(calls: number): Promise<object> {
  const start = new Date(Date.UTC(2025, 0, (days += 1)));
  const timestamp = start.getTime();
  await system.client.sendFacts(Array.from({ length: calls }, () => ({ timestamp, apiproxy: 'p' })));
  const end = new Date(timestamp + 86_400_000).toISOString();
  const metrics = [{ name: 'message_count', function: 'sum' }];
  return { metrics, timeRange: { start: start.toISOString(), end } };
}

const post = (body: object, parameters = '', headers: Record<string, string> = {}) =>
  system.client.request(`/queries${parameters}`, { method: 'POST', headers, body: JSON.stringify(body) });

async function submitted(body: object, headers?: Record<string, string>) {
  const response = await post(body, '', headers);
  expect(response.status).toBe(201);
  const status = queryStatus.parse(await response.json());
  return { status, id: status.self.slice(-36), remaining: response.headers.get('X-RateLimit-Remaining') };
}

async function completed(body: object): Promise<{ readonly id: string; readonly status: QueryStatus }> {
  const { id } = await submitted(body);
  return { id, status: await system.client.ended(id) };
}

describe('the same body a second time', () => {
  test('is a query of its own with the archive of the first, at once', async () => {
    const body = await queryOver(3);
    const first = await completed(body);
    expect(first.status).not.toHaveProperty('reused');
    const second = await submitted({ ...body, name: 'again' });
    const { self, created } = second.status;
    expect(second.status).toEqual({
      ...{ self, created, name: 'again' },
      ...{ state: 'completed', reused: true, error: 'false' },
    });
    expect(second.id).not.toBe(first.id);
    const status = await system.client.status(second.id);
    expect(status).toMatchObject({ state: 'completed', reused: true, progress: 100, resultRows: 1 });
    expect(status.result?.self).toBe(`${self}/result`);
    const archives = [await system.client.archive(first.id), await system.client.archive(second.id)] as const;
    expect(archives[1].equals(archives[0])).toBe(true);
    // Neither is affected by the other.
    const list = await (await system.client.request('/queries')).text();
    expect(list).toContain(first.id);
    expect(list).toContain(second.id);
  });

  test('does not count against the limits, and runs where reuse is false', async () => {
    const body = await queryOver(1);
    await completed(body);
    const before = await submitted({ ...body, reuse: false });
    expect(before.status).toMatchObject({ state: 'enqueued' });
    await system.client.ended(before.id);
    expect(await submitted(body)).toMatchObject({ status: { reused: true }, remaining: before.remaining });
  });

  test('runs once its facts have changed', async () => {
    const body = await queryOver(1);
    await completed(body);
    const { timeRange } = body as { timeRange: { start: string } };
    await system.client.sendFacts([{ timestamp: timeRange.start }]);
    const { status, id } = await submitted(body);
    expect(status).not.toHaveProperty('reused');
    expect((await system.client.ended(id)).state).toBe('completed');
  });

  test('with one idempotency key returns the first response', async () => {
    const body = await queryOver(1);
    await completed(body);
    const key = { 'Idempotency-Key': randomUUID() };
    const [one, other] = [await submitted(body, key), await submitted(body, key)];
    expect(other.status).toEqual(one.status);
    expect(one.status).toMatchObject({ reused: true });
  });

  test('has links, a valid signature and an event like every query', async () => {
    const body = await queryOver(1);
    await completed(body);
    const { id } = await submitted(body);
    const file = path.join(folder.path, `${id}.zip`);
    await writeFile(file, await system.client.archive(id));
    expect((await system.runCli('verify', file)).output).toContain('as signed with key');
    const events = await system.client.request(`/queries/${id}/events`);
    expect(await events.text()).toContain('"state":"completed"');
  });
});

test('equal queries that are submitted together run once', async () => {
  const body = await queryOver(5);
  const all = await Promise.all(Array.from({ length: 6 }, () => submitted(body)));
  const ends = await Promise.all(all.map(({ id }) => system.client.ended(id)));
  expect(ends.map(({ state }) => state)).toEqual(all.map(() => 'completed'));
  expect(ends.filter(({ reused }) => reused !== true)).toHaveLength(1);
});

test('a dry run tells whether the result would be that of an equal query', async () => {
  const body = await queryOver(1);
  const explain = async (query: object) => {
    const response = await post(query, '?dryRun=true');
    return queryExplanation.parse(await response.json()).equalQuery;
  };
  expect(await explain(body)).toBeUndefined();
  await completed(body);
  expect(await explain(body)).toBe('completed');
  expect(await explain({ ...body, reuse: false })).toBeUndefined();
});

test.each([['false'], [0], [null], [[]], [{}]])('reuse: %j is refused', async (reuse) => {
  const response = await post({ ...(await queryOver(1)), reuse });
  expect(response.status).toBe(400);
  const { error } = errorBody.parse(await response.json());
  expect(error.details?.[0]?.fieldViolations).toMatchObject([{ field: 'reuse' }]);
});

test('the archive outlives the query that made it', async () => {
  const body = await queryOver(2);
  const first = await completed(body);
  const second = await submitted(body);
  const database = await connectDatabase(system.databaseUrl);
  await database.sql('update queries set expires_at = now() where id = $1', [first.id]);
  await database.end();
  await eventually('the first expires', async () =>
    (await system.client.status(first.id)).state === 'expired' ? true : null,
  );
  expect((await system.client.request(`/queries/${first.id}/result`)).status).toBe(410);
  expect((await system.client.archive(second.id)).length).toBeGreaterThan(100);
});
