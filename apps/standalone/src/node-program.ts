import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Child, ChildExit } from './child.ts';

export interface NodeProgram {
  /** Absolute path of the file. */
  readonly entry: string;
  /**
   * Limit of each half of the young generation, the same as in the images. V8 lets that of a busy
   * process grow to the limit, by default 16 MiB, and returns it only when the process is idle.
   */
  readonly semiSpaceMib: number;
  readonly environment: NodeJS.ProcessEnv;
  /** Time between SIGTERM and SIGKILL. */
  readonly graceMs: number;
  /** Kills the program when aborted. */
  readonly stopNow: AbortSignal;
}

/**
 * Starts a Node.js program as a child and copies its output, line by line, to that of this process.
 * The child notices by its IPC channel when this process ends. Its process group is separate, so
 * Ctrl-C reaches this process only.
 */
export async function startNodeProgram(program: NodeProgram): Promise<Child> {
  const child = fork(program.entry, {
    env: program.environment,
    // Does not inherit the flags of this process, like a debugger's port.
    execArgv: [`--max-semi-space-size=${program.semiSpaceMib}`],
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const { pid } = await spawned(child);
  const exited = waitForExit(child);
  const kill = () => void child.kill('SIGKILL');
  program.stopNow.addEventListener('abort', kill);
  void exited.then(() => program.stopNow.removeEventListener('abort', kill));
  return {
    pid,
    exited,
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(kill, program.graceMs);
      if (program.stopNow.aborted) kill();
      await exited;
      clearTimeout(timer);
    },
  };
}

async function spawned(child: ChildProcess): Promise<{ pid: number }> {
  await once(child, 'spawn');
  if (child.pid === undefined) throw new Error('unreachable: a spawned process without a number');
  return { pid: child.pid };
}

/** Resolves after the last line of the child's output is written. */
async function waitForExit(child: ChildProcess): Promise<ChildExit> {
  const [code, signal] = await Promise.all([
    once(child, 'close'),
    forwardLines(child.stdout, process.stdout),
    forwardLines(child.stderr, process.stderr),
  ]).then(([exit]) => exit as [number | null, NodeJS.Signals | null]);
  return { code, signal };
}

/** Forwards whole lines, so that the outputs of several children do not mix within a line. */
async function forwardLines(from: Readable | null, to: Writable): Promise<void> {
  if (from === null) return;
  for await (const line of createInterface({ input: from })) {
    if (!to.write(`${line}\n`)) await once(to, 'drain');
  }
}
