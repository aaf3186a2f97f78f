import { createHash } from 'node:crypto';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { once } from 'node:events';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorBody, queryStatus } from '@hourglass/contract';
import {
  connectDatabase,
  eventually,
  readArchive,
  startSystem,
  testToken,
  type DatabaseClient,
  type RunningSystem,
} from '@hourglass/testing';

const rowCount = 100_000;

describe('the view of a large result', () => {
  let system: RunningSystem;
  let database: DatabaseClient;
  let self: string;
  const heapMegabytes = 96;
  const timeRange = { start: '2026-03-01T00:00:00Z', end: '2026-03-02T00:00:00Z' };
  // Long names make long rows of small facts.
  const metrics = Array.from({ length: 12 }, (_, i) => ({
    name: 'message_count',
    function: 'sum',
    alias: `${'column '.repeat(12)}${i}`,
  }));

  beforeAll(async () => {
    system = await startSystem({ env: { NODE_OPTIONS: `--max-old-space-size=${heapMegabytes}` } });
    database = await connectDatabase(system.databaseUrl);
    const startMs = Date.parse(timeRange.start);
    for (let first = 0; first < rowCount; first += 20_000) {
      await system.client.sendFacts(
        Array.from({ length: 20_000 }, (_, i) => ({
          timestamp: startMs + first + i,
          gateway_flow_id: createHash('md5')
            .update(String(first + i))
            .digest('hex'),
        })),
      );
    }
    await system.client.request('/hostnames', {
      method: 'PUT',
      body: '{"hostnames":["api.example.com"]}',
    });
    const submitted = await request('/organizations/acme/hostQueries', {
      method: 'POST',
      body: JSON.stringify({
        metrics,
        dimensions: ['gateway_flow_id'],
        timeRange,
        envgroupHostname: 'api.example.com',
      }),
    });
    ({ self } = queryStatus.parse(await submitted.json()));
    await eventually('the host query completes', async () => {
      const { state } = queryStatus.parse(await (await request(self)).json());
      return state === 'completed' ? state : null;
    });
  });
  afterAll(async () => {
    await database.end();
    await system.stop();
  });

  const headers = { Authorization: `Bearer ${testToken}`, 'Content-Type': 'application/json' };
  const request = (below: string, init: RequestInit = {}) =>
    fetch(`${system.url}/v1${below}`, { ...init, headers });

  /** Streams the view without the checks of `fetch`, which buffer it. Throws when the connection breaks. */
  async function* view(): AsyncGenerator<Buffer> {
    const asked = get(`${system.url}/v1${self}/resultView`, { headers });
    const [response] = (await once(asked, 'response')) as [NodeJS.ReadableStream & { statusCode: number }];
    expect(response.statusCode).toBe(200);
    for await (const chunk of response) yield chunk as Buffer;
  }

  async function archive(): Promise<{ file: string; bytes: Buffer }> {
    const store = path.join(system.dataDirectory, 'store', 'objects');
    const names = await readdir(store, { recursive: true });
    const file = path.join(store, names.find((name) => name.endsWith('.zip')) ?? '');
    return { file, bytes: await readFile(file) };
  }

  test('has every row of the archive, in more bytes than the API has memory', async () => {
    const parts = await readArchive((await archive()).bytes);
    expect(parts.length).toBeGreaterThan(1);
    const rows = createHash('sha256');
    let expectedBytes = 0;
    for (const [number, { text }] of parts.entries()) {
      const separated = (number === 0 ? '' : ',\n') + text.slice(0, -1).replaceAll('\n', ',\n');
      rows.update(separated);
      expectedBytes += Buffer.byteLength(separated);
    }
    expect(expectedBytes).toBeGreaterThan(heapMegabytes * 1024 * 1024);

    const found = createHash('sha256');
    let head: Buffer | null = Buffer.alloc(0);
    let headBytes = 0;
    let bytes = 0;
    let tail = Buffer.alloc(0);
    for await (const chunk of view()) {
      bytes += chunk.length;
      let rest = chunk;
      if (head !== null) {
        head = Buffer.concat([head, chunk]);
        const begin = head.indexOf('"rows":[');
        if (begin < 0) continue;
        headBytes = begin + '"rows":['.length;
        expect(head.toString('utf8', 0, begin)).toContain(
          '{"code":200,"error":"","state":"completed","metadata":{',
        );
        rest = head.subarray(headBytes);
        head = null;
      }
      const known = Buffer.concat([tail, rest]);
      tail = known.subarray(-2);
      found.update(known.subarray(0, -2));
    }
    expect(tail.toString()).toBe(']}');
    expect(bytes - headBytes - 2).toBe(expectedBytes);
    expect(found.digest('hex')).toBe(rows.digest('hex'));
  });

  const drained = async () => {
    let bytes = 0;
    for await (const chunk of view()) bytes += chunk.length;
    return bytes;
  };

  test('aborts when the archive has fewer rows than were published', async () => {
    await database.sql('update queries set result_rows = result_rows + 1');
    await expect(drained()).rejects.toThrow('aborted');
    await database.sql('update queries set result_rows = result_rows - 1');
  });

  test('aborts in the middle of a damaged archive, is a 503 without one and a 410 after expiry', async () => {
    const { file, bytes } = await archive();
    const damaged = Buffer.from(bytes);
    damaged.fill(0, bytes.length / 2, bytes.length / 2 + 100_000);
    await writeFile(file, damaged);
    await expect(drained()).rejects.toThrow('aborted');
    await rm(file);
    const without = await request(`${self}/resultView`);
    expect([without.status, errorBody.parse(await without.json()).code]).toEqual([
      503,
      'service.unavailable',
    ]);
    await database.sql("update queries set expires_at = now() - interval '1 s'");
    const expired = await request(`${self}/resultView`);
    expect([expired.status, errorBody.parse(await expired.json()).code]).toEqual([410, 'query.expired']);
    expect((await fetch(`${system.url}/healthz`)).status).toBe(200);
  });
});
