import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { ServerExit } from './running-server.ts';
import type { ServerUser } from './server-user.ts';

export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** Null: our own account. */
  readonly user: ServerUser | null;
  /** The whole environment of the server; null inherits ours. */
  readonly environment: Readonly<Record<string, string>> | null;
  readonly directory: string;
  /** Written to standard input, which is then closed. */
  readonly input: string;
  /** Signals that end the server, each after waiting `afterMs` for the one before it. */
  readonly stopSignals: readonly { readonly signal: NodeJS.Signals; readonly afterMs: number }[];
  readonly onLine: (line: string) => void;
}

export interface ServerProcess {
  readonly pid: number;
  readonly exited: Promise<ServerExit>;
  hasExited(): boolean;
  /** The last lines of the output. */
  outputTail(): string;
  stop(): Promise<void>;
}

const tailLines = 40;

/**
 * Starts a server that ends soon after this process does, even when this process is killed.
 * @throws the error of the operating system when there is no such program or it may not be run
 */
export async function spawnServer(command: ServerCommand): Promise<ServerProcess> {
  const child = spawn(command.command, command.args, {
    cwd: command.directory,
    // A process group of its own: Ctrl-C must reach the supervisor alone, which stops its servers in order.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(command.environment && { env: command.environment }),
    ...command.user,
  });
  const tail: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      tail.push(line);
      if (tail.length > tailLines) tail.shift();
      command.onLine(line);
    });
  }
  // A server that ends before it has read its input is reported by its exit, not by the broken pipe.
  child.stdin.on('error', () => {});
  await once(child, 'spawn');
  child.stdin.end(command.input);
  return superviseServer(child, command.stopSignals, () => tail.join('\n'));
}

/** The common part of everything that runs as a child: its exit, its end with this process, its stop. */
export function superviseServer(
  child: ChildProcess,
  stopSignals: ServerCommand['stopSignals'],
  outputTail: () => string,
): ServerProcess {
  const { pid } = child;
  if (pid === undefined) throw new Error('the process was not started');
  const exited = new Promise<ServerExit>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  const watchdog = endWithThisProcess(pid, stopSignals[0]?.signal ?? 'SIGTERM');
  void exited.then(() => watchdog?.kill('SIGKILL'));
  return {
    pid,
    exited,
    hasExited: () => child.exitCode !== null || child.signalCode !== null,
    outputTail,
    async stop() {
      const timers = stopSignals.map(({ signal, afterMs }) => setTimeout(() => child.kill(signal), afterMs));
      await exited;
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

/**
 * A shell whose standard input closes when this process is gone, also when it was killed: then it ends the
 * server. Servers that are not Node.js have nothing that would tell them.
 */
function endWithThisProcess(pid: number, signal: NodeJS.Signals): ChildProcess | null {
  if (process.platform === 'win32') return null;
  const script = `read -r _; kill -${signal.slice(3)} ${pid}`;
  const watchdog = spawn('/bin/sh', ['-c', script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  // Without it the server is stopped at the next start, so it is no reason to fail.
  watchdog.on('error', () => {});
  watchdog.unref();
  const input: unknown = watchdog.stdin;
  if (typeof input === 'object' && input !== null && 'unref' in input && typeof input.unref === 'function') {
    input.unref();
  }
  return watchdog;
}
