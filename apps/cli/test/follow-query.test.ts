import type { RequestListener } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { run } from './run-in-process.ts';
import { serveHttp, type Served } from './serve.ts';

let served: Served | null = null;
afterEach(() => served?.close());

const path = '/v1/organizations/acme/environments/prod/queries/x';
const status = (state: string) => ({
  self: path.slice('/v1'.length),
  state,
  created: '2026-01-01T00:00:00Z',
  progress: 0,
});

test('wait polls a server of an earlier version, which has no streams', async () => {
  const states = ['enqueued', 'running', 'completed'];
  let streams = 0;
  const earlier: RequestListener = ({ url }, response) => {
    const isStream = url === `${path}/events`;
    if (isStream) streams += 1;
    const error = { code: 404, message: 'No such path', status: 'NOT_FOUND', details: [] };
    const body = isStream
      ? { code: 'request.no_route', message: 'No such path', requestId: 'r', error }
      : status(states.shift() ?? 'completed');
    response
      .writeHead(isStream ? 404 : 200, { 'Content-Type': 'application/json' })
      .end(JSON.stringify(body));
  };
  served = await serveHttp(earlier);
  const result = await run(['wait', '--org', 'acme', '--env', 'prod', 'x'], {
    url: `http://127.0.0.1:${served.port}`,
  });
  expect([result.code, streams]).toEqual([0, 1]);
  expect(result.messages).toBe('enqueued 0%\nrunning 0%\ncompleted 0%\n');
});
