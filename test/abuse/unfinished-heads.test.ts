import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, ordersPath, startSystem, suiteSize, type RunningSystem } from '@hourglass/testing';
import { printFigure } from './print-figure.ts';
import { exchange, openConnection, statusOf } from './raw-connection.ts';

const connections = suiteSize({ short: 100, full: 400 });
const maxUnfinished = 50;
const maxConnections = connections + 10;
/** 400 unfinished heads took 1.6 GB. */
const maxGrowthMiB = 64;
const attacker = '127.0.0.2';
const mebibyte = 1024 * 1024;

const poll = 'GET /healthz HTTP/1.1\r\nHost: api\r\nConnection: close\r\n\r\n';

describe('unfinished heads of one address', () => {
  let system: RunningSystem;
  let sockets: Socket[] = [];
  beforeAll(async () => {
    system = await startSystem({
      worker: false,
      env: {
        HOURGLASS_TRUSTED_PROXIES: 'none',
        HOURGLASS_MAX_UNFINISHED_HEADS_PER_ADDRESS: String(maxUnfinished),
        HOURGLASS_MAX_CONNECTIONS_PER_ADDRESS: String(maxConnections),
      },
    });
  });
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    await system.stop();
  });

  async function metric(pattern: RegExp): Promise<number> {
    const text = await (await fetch(`${system.url}/metrics`)).text();
    return Number(pattern.exec(text)?.[1]);
  }
  const residentMiB = async () => (await metric(/^process_resident_memory_bytes (\S+)$/m)) / mebibyte;
  const openFromAll = () => metric(/^hourglass_http_connections\{state="open"\} (\S+)$/m);

  /** Opens connections that send `head` and wait. Returns what the API sent to them. */
  async function attack(count: number, head: string): Promise<string[]> {
    const answers: string[] = [];
    sockets = await Promise.all(Array.from({ length: count }, () => openConnection(system.url, attacker)));
    for (const socket of sockets) {
      socket.on('data', (chunk) => answers.push(chunk.toString('latin1')));
      socket.write(head);
    }
    return answers;
  }

  async function release(): Promise<void> {
    for (const socket of sockets) socket.destroy();
    await eventually('the connections are closed', async () => (await openFromAll()) < 10 || null);
  }

  test.each([
    ['of 15 KiB', connections - maxUnfinished, 503, `GET /healthz?${'x'.repeat(15_000)}`],
    ['of 2 MiB', connections, undefined, `GET /healthz?${'x'.repeat(2 * mebibyte)}`],
    ['for orders, of 2 MiB', connections - 4, undefined, `GET ${ordersPath}?${'x'.repeat(2 * mebibyte)}`],
  ])(
    '%s take little memory, end above the limit, and stop no other client',
    async (title, ended, status, head) => {
      const before = await residentMiB();
      const answers = await attack(connections, head);
      await eventually(
        'the heads above the limit are refused',
        () => sockets.filter(({ readable }) => !readable).length >= ended || null,
      );
      expect(statusOf(await exchange(system.url, poll))).toBe(200);
      const growth = (await residentMiB()) - before;
      printFigure(`${connections} unfinished heads ${title}`, {
        found: `${growth.toFixed(0)} MiB, ${connections - ended} held`,
        bound: `${maxGrowthMiB} MiB, ${maxUnfinished} held`,
      });
      expect(growth).toBeLessThan(maxGrowthMiB);
      if (status !== undefined) expect(new Set(answers.map(statusOf))).toEqual(new Set([status]));
      await release();
    },
  );

  test('and its connections without a request are closed above their limit', async () => {
    const answers = await attack(maxConnections + 5, '');
    await eventually('the connections above the limit are refused', () => answers.length >= 5 || null);
    expect(new Set(answers.map(statusOf))).toEqual(new Set([503]));
    expect(statusOf(await exchange(system.url, poll))).toBe(200);
    const refused = /^hourglass_http_refused_connections_total\{limit="connections"\} (\S+)$/m;
    expect(await metric(refused)).toBeGreaterThanOrEqual(5);
    await release();
    expect(statusOf(await exchange(system.url, poll, attacker))).toBe(200);
  });
});
