import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { ServerExit } from './running-server.ts';
import type { ServerUser } from './server-user.ts';

export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** Null: the account of this process. */
  readonly user: ServerUser | null;
  /** The whole environment of the server; null inherits that of this process. */
  readonly environment: Readonly<Record<string, string>> | null;
  readonly directory: string;
  /** Written to standard input, which is then closed. */
  readonly input: string;
  /** Signals that stop the server; each is sent `afterMs` after the call of `stop`. */
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
 * Starts a server that stops soon after this process ends, even when this process is killed.
 * @throws the error of the operating system when the program is missing or may not be run
 */
export async function spawnServer(command: ServerCommand): Promise<ServerProcess> {
  const child = spawn(command.command, command.args, {
    cwd: command.directory,
    // A separate process group: Ctrl-C must reach the supervisor only, which stops its servers in
    // order.
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
  // A server that exits before it has read its input is reported by its exit, not by the broken
  // pipe.
  child.stdin.on('error', () => {});
  await once(child, 'spawn');
  child.stdin.end(command.input);
  return superviseServer(child, command.stopSignals, () => tail.join('\n'));
}

/** Supervises a child: reports its exit, stops it on request and when this process ends. */
export function superviseServer(
  child: ChildProcess,
  stopSignals: ServerCommand['stopSignals'],
  outputTail: () => string,
): ServerProcess {
  const { pid } = child;
  if (pid === undefined) throw new Error('unreachable: the child process was not started');
  const exited = new Promise<ServerExit>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  const watchdog = stopWithThisProcess(pid, stopSignals[0]?.signal ?? 'SIGTERM');
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
 * Starts a shell that signals the server when its own standard input closes, which happens when
 * this process ends, even when it is killed. Node.js children notice that by their IPC channel;
 * other servers cannot.
 */
function stopWithThisProcess(pid: number, signal: NodeJS.Signals): ChildProcess | null {
  if (process.platform === 'win32') return null;
  const script = `read -r _; kill -${signal.slice(3)} ${pid}`;
  const watchdog = spawn('/bin/sh', ['-c', script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  // Not fatal: without the shell, the next start stops the server.
  watchdog.on('error', () => {});
  watchdog.unref();
  const input: unknown = watchdog.stdin;
  if (typeof input === 'object' && input !== null && 'unref' in input && typeof input.unref === 'function') {
    input.unref();
  }
  return watchdog;
}
