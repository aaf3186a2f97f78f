import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Part, PartExit } from './part.ts';

export interface NodeProgram {
  /** Absolute path of the file. */
  readonly entry: string;
  readonly environment: NodeJS.ProcessEnv;
  /** From SIGTERM to SIGKILL. */
  readonly graceMs: number;
  /** Ends it with SIGKILL. */
  readonly atOnce: AbortSignal;
}

/**
 * Starts a Node.js program as a child. Its output goes to ours line by line. It has an IPC channel, whose end
 * tells it that this process is gone, and a process group of its own, so that Ctrl-C reaches only us.
 */
export async function startNodeProgram(program: NodeProgram): Promise<Part> {
  const child = fork(program.entry, {
    env: program.environment,
    // Flags of this process, like a debugger's port, are not the child's.
    execArgv: [],
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const { pid } = await spawned(child);
  const exited = ended(child);
  const kill = () => void child.kill('SIGKILL');
  program.atOnce.addEventListener('abort', kill);
  void exited.then(() => program.atOnce.removeEventListener('abort', kill));
  return {
    pid,
    exited,
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(kill, program.graceMs);
      if (program.atOnce.aborted) kill();
      await exited;
      clearTimeout(timer);
    },
  };
}

async function spawned(child: ChildProcess): Promise<{ pid: number }> {
  await once(child, 'spawn');
  if (child.pid === undefined) throw new Error('a process that was started has no number');
  return { pid: child.pid };
}

/** After the last line of its output has been passed on. */
async function ended(child: ChildProcess): Promise<PartExit> {
  const [code, signal] = await Promise.all([
    once(child, 'close'),
    forwardLines(child.stdout, process.stdout),
    forwardLines(child.stderr, process.stderr),
  ]).then(([exit]) => exit as [number | null, NodeJS.Signals | null]);
  return { code, signal };
}

/** Whole lines only: the output of several children must not mix within a line. */
async function forwardLines(from: Readable | null, to: Writable): Promise<void> {
  if (from === null) return;
  for await (const line of createInterface({ input: from })) {
    if (!to.write(`${line}\n`)) await once(to, 'drain');
  }
}
