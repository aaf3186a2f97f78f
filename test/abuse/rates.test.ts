import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorBody } from '@hourglass/contract';
import { startSystem, suiteSize, testToken, type RunningSystem } from '@hourglass/testing';
import { printFigure } from './print-figure.ts';
import { exchange, statusOf } from './raw-connection.ts';

/** Low, so that no machine is too slow to exceed it. */
const perSecond = 2;
const burst = 10 * perSecond;
const flood = suiteSize({ short: 60, full: 2_000 });
const path = '/v1/organizations/acme/environments/prod/queries';

describe('requests above a rate', () => {
  let system: RunningSystem;
  beforeAll(async () => {
    system = await startSystem({
      worker: false,
      env: {
        HOURGLASS_TRUSTED_PROXIES: '127.0.0.3',
        HOURGLASS_REQUESTS_PER_SECOND: String(perSecond),
        HOURGLASS_REQUESTS_PER_SECOND_PER_ADDRESS: String(2 * perSecond),
      },
    });
  });
  afterAll(() => system.stop());

  /** Sends a `GET` from an address of this machine. Returns the response as text. */
  const get = (localAddress: string, headers: string, target = path) =>
    exchange(
      system.url,
      `GET ${target} HTTP/1.1\r\nHost: api\r\nConnection: close\r\n${headers}\r\n`,
      localAddress,
    );
  const bearer = (token: string) => `Authorization: Bearer ${token}\r\n`;

  /** Sends `count` requests one after another, and returns the responses by status. */
  async function send(count: number, ask: () => Promise<string>): Promise<Map<number, string[]>> {
    const byStatus = new Map<number, string[]>();
    for (let sent = 0; sent < count; sent += 1) {
      const answer = await ask();
      byStatus.set(statusOf(answer), [...(byStatus.get(statusOf(answer)) ?? []), answer]);
    }
    return byStatus;
  }

  test('of a token are refused with the time to wait, from whatever address, and not those of another', async () => {
    const beganAt = performance.now();
    let sent = 0;
    const answers = await send(flood, () => get(`127.0.1.${(sent += 1) % 200}`, bearer(testToken)));
    const seconds = (performance.now() - beganAt) / 1000;
    const accepted = answers.get(200)?.length ?? 0;
    const bound = burst + Math.ceil(seconds * perSecond);
    printFigure(`${flood} requests with one token`, { found: `${accepted} accepted`, bound: String(bound) });
    expect(accepted).toBeGreaterThanOrEqual(burst);
    expect(accepted).toBeLessThanOrEqual(bound);
    const [refused = ''] = answers.get(429) ?? [];
    expect(refused).toContain('\r\nRetry-After: 1\r\n');
    expect(refused).toContain('\r\nRateLimit: "requests";r=0;t=1\r\n');
    expect(refused).toContain(`\r\nRateLimit-Policy: "requests";q=${burst};w=10\r\n`);
    const body = errorBody.parse(JSON.parse(refused.slice(refused.indexOf('\r\n\r\n'))));
    expect(body.code).toBe('limit.requests');
    expect(statusOf(await get('127.0.1.201', bearer('another')))).toBe(401);
  });

  test('of an address are refused at every path, with any credentials, and not those of another', async () => {
    let sent = 0;
    const answers = await send(flood, () =>
      get('127.0.0.4', bearer(`guess-${(sent += 1)}`), ['/healthz', '/nowhere', path][sent % 3]),
    );
    expect(answers.get(429)?.length ?? 0).toBeGreaterThan(0);
    expect(new Set(answers.keys())).toEqual(new Set([200, 401, 404, 429]));
    expect(statusOf(await get('127.0.0.5', '', '/healthz'))).toBe(200);
  });

  test('are counted for the address that a trusted proxy forwards, and no other', async () => {
    const forwarded = (address: string) => `X-Forwarded-For: ${address}\r\n`;
    const one = await send(flood, () => get('127.0.0.3', forwarded('10.0.0.1, 192.0.2.1'), '/healthz'));
    expect(one.has(429)).toBe(true);
    expect(statusOf(await get('127.0.0.3', forwarded('192.0.2.2'), '/healthz'))).toBe(200);
    let sent = 0;
    const forged = await send(flood, () =>
      get('127.0.0.6', forwarded(`192.0.3.${(sent += 1) % 250}`), '/healthz'),
    );
    expect(forged.has(429)).toBe(true);
  });
});
