import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectDatabase, eventually, startSystem, testToken, type RunningSystem } from '@hourglass/testing';

const rows = 500;
const startMs = Date.parse('2026-03-01T00:00:00Z');
const range = { start: '2026-03-01T00:00:00Z', end: '2026-04-01T00:00:00Z' };

let system: RunningSystem;
beforeAll(async () => {
  // Batches of more than 100 rows count as large.
  system = await startSystem({
    env: { HOURGLASS_BULK_BATCH_ROWS: '100', HOURGLASS_SEAL_AFTER_SECONDS: '100000' },
  });
});
afterAll(() => system.stop());

/** `odd` replaces the row in the middle. */
function bodyOf(proxy: string, odd?: object): string {
  const facts = Array.from({ length: rows }, (_, row) => ({
    timestamp: startMs + row * 1_000,
    apiproxy: proxy,
    request_size: row,
    response_status_code: row % 5 === 0 ? 500 : 200,
  }));
  return facts.map((fact, row) => JSON.stringify(odd !== undefined && row === 250 ? odd : fact)).join('\n');
}

async function send(body: string | Buffer, { id = randomUUID(), onError = 'refuse', gzip = false } = {}) {
  const response = await system.client.request(`/facts/api?onError=${onError}`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-ndjson',
      'Idempotency-Key': id,
      ...(gzip ? { 'Content-Encoding': 'gzip' } : {}),
    },
    body,
  });
  const answer: unknown = await response.json();
  return { status: response.status, body: answer };
}

async function places(): Promise<{ hot: number; sealed: number; batches: number }> {
  const client = await connectDatabase(system.databaseUrl);
  const [found] = await client.sql<{ hot: number; sealed: number; batches: number }>(
    `select (select count(*)::int from hot_api_facts) as hot,
            (select coalesce(sum(facts), 0)::int from segments where state = 'live') as sealed,
            (select count(*)::int from batches) as batches`,
  );
  await client.end();
  if (found === undefined) throw new Error('no row');
  return found;
}

/** Reports the calls, errors and sizes of a proxy. */
async function reported(proxy: string): Promise<unknown> {
  const text = await system.client.report({
    metrics: ['message_count', 'is_error', 'request_size'].map((name) => ({
      name,
      function: 'sum',
      alias: name,
    })),
    timeRange: range,
    filter: `(apiproxy eq '${proxy}')`,
  });
  return text === '' ? null : JSON.parse(text);
}

const wholeBatch = {
  message_count: String(rows),
  is_error: String(rows / 5),
  request_size: String((rows * (rows - 1)) / 2),
};

/** The scratch files of batches in progress. */
async function scratchFiles(): Promise<readonly string[]> {
  const folder = path.join(system.dataDirectory, 'scratch', 'batches');
  const files: string[] = [];
  for (const batch of await readdir(folder)) {
    // A batch may end between the two calls.
    files.push(...(await readdir(path.join(folder, batch)).catch(() => [])));
  }
  return files;
}

test('become segments immediately, and are reported like other facts', async () => {
  const before = await places();
  const id = randomUUID();
  expect(await send(bodyOf('large'), { id })).toEqual({ status: 201, body: { batch: id, accepted: rows } });
  expect(await places()).toEqual({
    hot: before.hot,
    sealed: before.sealed + rows,
    batches: before.batches + 1,
  });
  expect((await send(gzipSync(bodyOf('zipped')), { gzip: true })).status).toBe(201);
  expect(await places()).toMatchObject({ hot: before.hot, sealed: before.sealed + 2 * rows });
  expect([await reported('large'), await reported('zipped')]).toEqual([wholeBatch, wholeBatch]);
  expect(await scratchFiles()).toEqual([]);
});

test('are accepted once: a repeated batch gets a response that says so, another body a conflict', async () => {
  const id = randomUUID();
  const first = await send(bodyOf('once'), { id });
  const before = await places();
  const again = { status: 201, body: { batch: id, accepted: rows, repeated: true } };
  expect([first.status, await send(bodyOf('once'), { id })]).toEqual([201, again]);
  expect((await send(bodyOf('other'), { id })).status).toBe(409);
  const twice = randomUUID();
  const concurrent = await Promise.all([
    send(bodyOf('both'), { id: twice }),
    send(bodyOf('both'), { id: twice }),
  ]);
  expect(concurrent).toContainEqual({ status: 201, body: { batch: twice, accepted: rows } });
  expect(concurrent).toContainEqual({ status: 201, body: { batch: twice, accepted: rows, repeated: true } });
  expect(await places()).toMatchObject({ sealed: before.sealed + rows, batches: before.batches + 1 });
  expect([await reported('once'), await reported('both')]).toEqual([wholeBatch, wholeBatch]);
});

test('are accepted once when two requests with one id arrive at the same time', async () => {
  const before = await places();
  const id = randomUUID();
  const answers = await Promise.all(Array.from({ length: 3 }, () => send(bodyOf('twice'), { id })));
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
  const first = { batch: id, accepted: rows };
  const repeat = { ...first, repeated: true };
  expect(answers.map(({ body }) => body)).toEqual(expect.arrayContaining([first, repeat, repeat]));
  expect(await places()).toEqual({
    hot: before.hot,
    sealed: before.sealed + rows,
    batches: before.batches + 1,
  });
});

test('with a bad row are refused as a whole, with the same fault as in a small batch', async () => {
  const before = await places();
  const bad = { timestamp: startMs, apiproxy: 'bad', request_size: '12' };
  const faults = async (body: string) => (await send(body)).body as { faults: unknown[] };
  const small = (await faults(JSON.stringify(bad))).faults;
  expect(small).toHaveLength(1);
  const large = (await faults(bodyOf('bad', bad))).faults;
  expect(large).toEqual(small.map((fault) => ({ ...(fault as object), line: 251 })));
  expect(await places()).toEqual(before);
  const skipped = await send(bodyOf('bad', bad), { onError: 'skip' });
  expect(skipped).toMatchObject({ status: 201, body: { accepted: rows - 1, rejected: 1 } });
  expect(await reported('bad')).toMatchObject({ message_count: String(rows - 1) });
});

test('with a row that only the row checker accepts are accepted', async () => {
  const odd = { timestamp: '2026-03-01T02:00:00+02:00', apiproxy: 'odd', request_size: 250 };
  expect((await send(bodyOf('odd', odd))).status).toBe(201);
  expect(await reported('odd')).toEqual({ ...wholeBatch, is_error: String(rows / 5 - 1) });
});

test('from a client that disconnects leave nothing behind', async () => {
  const before = await places();
  const { hostname, port, pathname } = new URL(`${system.client.environmentUrl}/facts/api`);
  const headers = { Authorization: `Bearer ${testToken}`, 'Content-Length': 10_000_000 };
  const sending = httpRequest({ hostname, port, path: pathname, method: 'POST', headers });
  sending.on('error', () => {});
  // More than the API keeps in memory.
  sending.write(`${bodyOf('gone')}\n`.repeat(50));
  await eventually('the body is being spooled', async () =>
    (await scratchFiles()).length > 0 ? true : null,
  );
  sending.destroy();
  await eventually('its files are deleted', async () => ((await scratchFiles()).length === 0 ? true : null));
  expect(await places()).toEqual(before);
});
