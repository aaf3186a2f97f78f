import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface NodeProcess {
  readonly pid: number;
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** The output so far, of both streams in the order of arrival. */
  output(): string;
  /** Waits for the first line, past or future, for which `pick` returns a value. Rejects if the process exits first. */
  lineWith<T>(pick: (line: string) => T | null): Promise<T>;
  kill(signal: NodeJS.Signals): void;
  /** Sends SIGTERM and waits. After 15 s it sends SIGKILL and throws. */
  stop(): Promise<void>;
}

/** Starts `node entry` from the build, as in production, and collects its output. */
export function startNode(
  entry: string,
  options: { args?: readonly string[]; env: Readonly<Record<string, string>>; cwd: string },
): NodeProcess {
  const child = spawn(process.execPath, [entry, ...(options.args ?? [])], {
    cwd: options.cwd,
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const listeners = new Set<(line: string) => void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      for (const listener of listeners) listener(line);
    });
  }
  const exited = once(child, 'close').then(() => ({ code: child.exitCode, signal: child.signalCode }));
  const output = () => lines.join('\n');
  return {
    pid: child.pid ?? -1,
    exited,
    output,
    lineWith: (pick) => firstLine(lines, listeners, exited, pick),
    kill: (signal) => void child.kill(signal),
    stop: () => stop(child, exited, entry),
  };
}

async function firstLine<T>(
  lines: readonly string[],
  listeners: Set<(line: string) => void>,
  exited: Promise<unknown>,
  pick: (line: string) => T | null,
): Promise<T> {
  for (const line of lines) {
    const picked = pick(line);
    if (picked !== null) return picked;
  }
  let listener: ((line: string) => void) | undefined;
  const found = new Promise<T>((resolve) => {
    listener = (line) => {
      const picked = pick(line);
      if (picked !== null) resolve(picked);
    };
    listeners.add(listener);
  });
  const ended = exited.then(() => {
    throw new Error(`the process exited first; its output:\n${lines.join('\n')}`);
  });
  try {
    return await Promise.race([found, ended]);
  } finally {
    if (listener !== undefined) listeners.delete(listener);
  }
}

async function stop(child: ChildProcess, exited: Promise<unknown>, entry: string): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await exited;
  clearTimeout(timer);
  if (child.signalCode === 'SIGKILL') throw new Error(`${entry} did not exit after SIGTERM`);
}
