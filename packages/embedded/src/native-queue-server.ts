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
 * Starts `program` (redis-server or valkey-server, searched on PATH) without persistence: the queue may lose
 * everything. Null when there is no such program.
 */
export async function startNativeQueueServer(
  program: string,
  { port, password, log }: QueueServerRequest,
): Promise<ServerProcess | null> {
  let server: ServerProcess;
  try {
    server = await spawnServer({
      command: program,
      // The configuration comes on standard input: a command line with the password could be read by everyone.
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
    // EACCES: not found either, but a folder on PATH is closed to this user.
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
    // BullMQ's data must be refused, never silently dropped, when memory ends.
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
      throw new EmbeddedServerError(`${program} ended at its start (${code ?? signal}):\n${output}`);
    }
    if (await answersToPassword(port, password)) return;
    await delay(pollMs);
  }
  await server.stop();
  throw new EmbeddedServerError(
    `${program} was not ready within ${startTimeoutMs} ms:\n${server.outputTail()}`,
  );
}

/** Only our server knows the password, so another one on the same port is not taken for it. */
async function answersToPassword(port: number, password: string): Promise<boolean> {
  const client = connect(port, '127.0.0.1').setEncoding('utf8');
  try {
    client.write(`AUTH ${password}\r\n`);
    const [answer] = (await once(client, 'data', { signal: AbortSignal.timeout(1_000) })) as [string];
    return answer.startsWith('+OK');
  } catch {
    return false;
  } finally {
    client.destroy();
  }
}
