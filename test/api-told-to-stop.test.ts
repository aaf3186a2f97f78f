import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSystem, testToken, type RunningSystem } from '@hourglass/testing';

describe('an API that receives SIGTERM', () => {
  let system: RunningSystem;
  beforeAll(async () => {
    system = await startSystem({ worker: false });
  });
  afterAll(() => system.stop());

  test('finishes the requests in progress and does not wait for idle keep-alive connections', async () => {
    const agent = new Agent({ keepAlive: true });
    const batch = request(`${system.url}/v1/organizations/acme/environments/prod/facts/api`, {
      method: 'POST',
      agent,
      headers: { authorization: `Bearer ${testToken}`, expect: '100-continue' },
    });
    const responded = once(batch, 'response');
    batch.flushHeaders();
    // The API has begun to handle the request.
    await once(batch, 'continue');
    system.api.kill('SIGTERM');
    await system.api.lineWith((line) => (line.includes('"closing"') ? line : null));
    batch.end(`{"timestamp":"${new Date().toISOString()}"}\n`);
    const [response] = (await responded) as [IncomingMessage];
    const body = Buffer.concat(await response.toArray()).toString();
    expect([response.statusCode, JSON.parse(body)]).toEqual([201, expect.objectContaining({ accepted: 1 })]);
    // Code 1 would mean that the deadline for closing passed.
    expect(await system.api.exited).toEqual({ code: 0, signal: null });
    agent.destroy();
  });
});
