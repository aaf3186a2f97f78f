import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sharedSystem, type TestSystem } from '@hourglass/testing';

let system: TestSystem;
beforeAll(async () => {
  system = await sharedSystem('api');
});
afterAll(() => system.stop());

/** Sends a submission whose client waits for `100 Continue` before it sends the body. */
async function submit(token: string) {
  const body = JSON.stringify({
    metrics: [{ name: 'message_count', function: 'sum' }],
    timeRange: 'last24hours',
  });
  const sent = httpRequest(`${system.client.environmentUrl}/queries`, {
    method: 'POST',
    agent: false,
    headers: {
      Authorization: `Bearer ${token}`,
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
      Connection: 'keep-alive',
      Expect: '100-continue',
    },
  });
  let continued = false;
  sent.on('continue', () => {
    continued = true;
    sent.end(body);
  });
  sent.flushHeaders();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  await json(response);
  sent.destroy();
  return { continued, status: response.statusCode, connection: response.headers.connection };
}

test('a client that expects 100 Continue sends its body once its credentials are known', async () => {
  expect(await submit(system.token)).toEqual({ continued: true, status: 201, connection: 'keep-alive' });
});

test('a client that is refused by its head sends no body, and its connection closes', async () => {
  expect(await submit('wrong')).toEqual({ continued: false, status: 401, connection: 'close' });
});
