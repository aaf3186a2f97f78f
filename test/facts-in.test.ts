import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sharedSystem, type TestSystem } from '@hourglass/testing';

describe('facts over HTTP', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await sharedSystem('worker');
  });
  afterAll(() => system.stop());

  const post = (body: string | Buffer, headers: Record<string, string> = {}, query = '') =>
    system.client.request(`/facts/api${query}`, {
      method: 'POST',
      headers,
      body: typeof body === 'string' ? body : new Uint8Array(body),
    });
  const line = (apiproxy: string) => `${JSON.stringify({ timestamp: '2026-01-05T10:00:00Z', apiproxy })}\n`;
  const countOf = async (apiproxy: string) => {
    const text = await system.client.report({
      metrics: [{ name: 'message_count', function: 'sum', alias: 'calls' }],
      dimensions: ['apiproxy'],
      timeRange: { start: '2026-01-05T00:00:00Z', end: '2026-01-06T00:00:00Z' },
    });
    const rows = text.split('\n').filter((row) => row.includes(`"${apiproxy}"`));
    return Number(/"calls":"(\d+)"/.exec(rows[0] ?? '')?.[1] ?? 0);
  };

  test('are accepted plain and gzipped, and are in the next report once acknowledged', async () => {
    const plain = await post(line('plain').repeat(3));
    expect(plain.status).toBe(201);
    expect(await plain.json()).toMatchObject({ accepted: 3 });
    const packed = await post(gzipSync(line('packed').repeat(4)), { 'Content-Encoding': 'gzip' });
    expect(await packed.json()).toMatchObject({ accepted: 4 });
    expect([await countOf('plain'), await countOf('packed')]).toEqual([3, 4]);
  });

  test('that cannot be unpacked are refused before their end, and the next request is served', async () => {
    const broken = Buffer.alloc(8 * 1024 * 1024, 'no gzip');
    for (let request = 0; request < 3; request += 1) {
      const response = await post(broken, { 'Content-Encoding': 'gzip' });
      expect([response.status, response.headers.get('connection')]).toEqual([400, 'close']);
    }
    expect((await post(line('after'))).status).toBe(201);
  });

  test('are accepted once under one Idempotency-Key, also by concurrent requests', async () => {
    const key = { 'Idempotency-Key': 'batch-1' };
    const answers = await Promise.all(Array.from({ length: 4 }, () => post(line('once').repeat(5), key)));
    const bodies = await Promise.all(answers.map((answer) => answer.json() as Promise<object>));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    const once = { batch: 'batch-1', accepted: 5 };
    const repeat = { ...once, repeated: true };
    expect(bodies.filter((body) => !('repeated' in body))).toEqual([once]);
    expect(bodies.filter((body) => 'repeated' in body)).toEqual([repeat, repeat, repeat]);
    expect(await countOf('once')).toBe(5);
  });

  test('in batches that arrive together are stored, repeated or refused each by itself', async () => {
    const key = (id: string) => ({ 'Idempotency-Key': id });
    const known = line('together').repeat(2);
    expect((await post(known, key('together-known'))).status).toBe(201);
    const leaving = new AbortController();
    const endless = new ReadableStream<Uint8Array>({
      start: (body) => body.enqueue(new TextEncoder().encode(line('together'))),
    });
    const left = system.client.request('/facts/api', {
      ...{ method: 'POST', body: endless, duplex: 'half', signal: leaving.signal },
    });
    const stored = Array.from({ length: 6 }, (_, at) =>
      post(line('together').repeat(3), key(`together-${at}`)),
    );
    const others = [
      post(known, key('together-known')),
      post(line('other'), key('together-known')),
      post(`${line('together')}{"timestamp":"never"}\n`),
      // More blank lines than a batch may have.
      post(Buffer.alloc(100_001, '\n')),
    ];
    leaving.abort();
    await expect(left).rejects.toThrow('aborted');
    const statuses = async (answers: readonly Promise<Response>[]) =>
      (await Promise.all(answers)).map(({ status }) => status);
    expect(await statuses(stored)).toEqual([201, 201, 201, 201, 201, 201]);
    expect(await statuses(others)).toEqual([201, 409, 400, 413]);
    expect([await countOf('together'), await countOf('other')]).toEqual([2 + 6 * 3, 0]);
  });

  test('under a used Idempotency-Key with another body are a 409, not silently dropped', async () => {
    const key = { 'Idempotency-Key': 'batch-2' };
    expect((await post(line('first'), key)).status).toBe(201);
    expect((await post(line('second'), key)).status).toBe(409);
    expect([await countOf('first'), await countOf('second')]).toEqual([1, 0]);
  });

  test('with one bad row are refused as a whole, with its line and field', async () => {
    const body = `${line('whole').repeat(2)}{"timestamp":"2026-01-05T10:00:00Z","apiproxy":7}\n${line('whole')}{"apiproxi":"x"}\n`;
    const answer = await post(body);
    expect(answer.status).toBe(400);
    const { faults } = (await answer.json()) as {
      faults: { line: number; field: string; message: string }[];
    };
    expect(faults.map(({ line: number, field }) => [number, field])).toEqual(
      expect.arrayContaining([
        [3, 'apiproxy'],
        [5, 'timestamp'],
        [5, 'apiproxi'],
      ]),
    );
    expect(faults).toHaveLength(3);
    expect(await countOf('whole')).toBe(0);
  });

  test('list at most 100 faults', async () => {
    const answer = await post('{"timestamp":"never"}\n'.repeat(250));
    expect(((await answer.json()) as { faults: unknown[] }).faults).toHaveLength(100);
  });

  test('with onError=skip are stored without the bad rows, which are reported', async () => {
    const answer = await post(`${line('skip')}nonsense\n${line('skip')}`, {}, '?onError=skip');
    expect(answer.status).toBe(201);
    expect(await answer.json()).toMatchObject({ accepted: 2, rejected: 1, faults: [{ line: 2 }] });
    expect(await countOf('skip')).toBe(2);
  });

  test('that cannot be read are refused, and nothing is stored', async () => {
    expect((await post('')).status).toBe(400);
    const notUtf8 = (await (await post(Buffer.from([0xff, 0xfe, 0x0a]))).json()) as { message: string };
    expect(notUtf8.message).toMatch(/: line 1: the line is not valid UTF-8/);
    expect((await post('not gzip', { 'Content-Encoding': 'gzip' })).status).toBe(400);
    expect((await post(line('x'), { 'Content-Encoding': 'br' })).status).toBe(415);
    const cut = gzipSync(line('cut').repeat(2000)).subarray(0, -30);
    expect((await post(cut, { 'Content-Encoding': 'gzip' })).status).toBe(400);
    expect((await post(line('x'), { 'Idempotency-Key': 'a b' })).status).toBe(400);
    expect((await post(line('x'), {}, '?onError=ignore')).status).toBe(400);
    expect((await system.client.request('/facts/nope', { method: 'POST', body: line('x') })).status).toBe(
      404,
    );
    expect([await countOf('cut'), await countOf('x')]).toEqual([0, 0]);
  });

  test('without a metric have null for it, and without is_error take it from the status', async () => {
    const timestamp = '2026-02-01T00:00:00Z';
    await system.client.sendFacts([
      { timestamp, apiproxy: 'a', response_status_code: 404, target_response_time: 10 },
      { timestamp, apiproxy: 'a', response_status_code: 200 },
      { timestamp, apiproxy: 'a', response_status_code: 500, is_error: 0 },
      { timestamp, apiproxy: 'a' },
    ]);
    const text = await system.client.report({
      metrics: [
        { name: 'message_count' },
        { name: 'is_error', function: 'sum' },
        { name: 'target_response_time', function: 'avg' },
        { name: 'cache_hit', function: 'sum' },
      ],
      timeRange: { start: '2026-02-01T00:00:00Z', end: '2026-02-02T00:00:00Z' },
    });
    expect(text).toBe(
      '{"sum_message_count":"4","sum_is_error":"1","avg_target_response_time":10.0,"sum_cache_hit":null}\n',
    );
  });
});
