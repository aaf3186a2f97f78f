import { once } from 'node:events';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { PortTaken } from './free-port.ts';
import { EmbeddedServerError, type EmbeddedLog } from './running-server.ts';
import { spawnServer, type ServerProcess } from './server-process.ts';

const startTimeoutMs = 15_000;
const pollMs = 10;

export interface QueueServerRequest {
  readonly port: number;
  readonly password: string;
  readonly log: EmbeddedLog;
}

/**
 * Starts `program` (redis-server or valkey-server, found on PATH) without persistence, because the
 * queue may be lost at any time. Returns null when there is no such program.
 */
export async function startNativeQueueServer(
  program: string,
  { port, password, log }: QueueServerRequest,
): Promise<ServerProcess | null> {
  let server: ServerProcess;
  try {
    server = await spawnServer({
      command: program,
      // Reads the configuration from standard input: every account can read a password on a command
      // line.
      args: ['-'],
      user: null,
      environment: null,
      directory: tmpdir(),
      input: configuration(port, password),
      stopSignals: [
        { signal: 'SIGTERM', afterMs: 0 },
        { signal: 'SIGKILL', afterMs: 2_000 },
      ],
      onLine: (line) => log.debug({ line }, program),
    });
  } catch (error) {
    // EACCES: not found, and this account may not enter a folder on PATH.
    if (['ENOENT', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
  await untilReady(program, server, port, password);
  return server;
}

function configuration(port: number, password: string): string {
  return [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${password}`,
    'save ""',
    'appendonly no',
    // Refuses BullMQ's data when memory is full; the other policies drop data silently.
    'maxmemory-policy noeviction',
    'daemonize no',
    '',
  ].join('\n');
}

async function untilReady(
  program: string,
  server: ServerProcess,
  port: number,
  password: string,
): Promise<void> {
  const giveUpAt = Date.now() + startTimeoutMs;
  while (Date.now() < giveUpAt) {
    if (server.hasExited()) {
      const { code, signal } = await server.exited;
      const output = server.outputTail();
      if (/Address already in use|Failed listening on port/.test(output)) throw new PortTaken(port);
      throw new EmbeddedServerError(`${program} exited during its start (${code ?? signal}):\n${output}`);
    }
    if (await acceptsPassword(port, password)) return;
    await delay(pollMs);
  }
  await server.stop();
  throw new EmbeddedServerError(
    `${program} was not ready within ${startTimeoutMs} ms:\n${server.outputTail()}`,
  );
}

/**
 * Returns true when the server on `port` accepts the password, which only the server just started
 * knows.
 */
async function acceptsPassword(port: number, password: string): Promise<boolean> {
  const client = connect(port, '127.0.0.1').setEncoding('utf8');
  try {
    client.write(`AUTH ${password}\r\n`);
    const [reply] = (await once(client, 'data', { signal: AbortSignal.timeout(1_000) })) as [string];
    return reply.startsWith('+OK');
  } catch {
    return false;
  } finally {
    client.destroy();
  }
}
