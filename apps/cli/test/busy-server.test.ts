import { expect, test } from 'vitest';
import { run } from './run-in-process.ts';
import { serveHttp } from './serve.ts';

const fact = '{"timestamp":"2026-01-05T10:00:00Z","apiproxy":"a"}\n';

test('import sends a batch again after the time that a busy server asks for', async () => {
  const arrivals: number[] = [];
  const served = await serveHttp((request, response) => {
    request.resume();
    request.on('end', () => {
      arrivals.push(performance.now());
      response.setHeader('X-Request-Id', 'a');
      response.setHeader('Content-Type', 'application/json');
      if (arrivals.length > 1) {
        response.writeHead(201).end(JSON.stringify({ batch: 'b', accepted: 1 }));
        return;
      }
      const error = { code: 429, message: 'busy', status: 'RESOURCE_EXHAUSTED', details: [] };
      const body = { code: 'limit.uploads', message: 'busy', contexts: [], error };
      response.writeHead(429, { 'Retry-After': '1' }).end(JSON.stringify(body));
    });
  });
  const { code, messages } = await run(
    ['import', '--org', 'acme', '--env', 'prod', '--format', 'ndjson', '-'],
    { url: `http://127.0.0.1:${served.port}`, token: 'token', input: fact },
  );
  await served.close();
  expect([code, arrivals.length]).toEqual([0, 2]);
  // Timers may fire a millisecond early.
  expect((arrivals[1] ?? 0) - (arrivals[0] ?? 0)).toBeGreaterThan(990);
  expect(messages).toContain('busy');
});
