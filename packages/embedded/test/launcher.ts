import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';

const fixture = fileURLToPath(new URL('fixtures/launcher.mjs', import.meta.url));
const builtHere = fileURLToPath(new URL('../dist/index.js', import.meta.url));

export interface Launcher {
  readonly pid: number;
  readonly exited: Promise<unknown>;
  /** Waits for the first line with this message; rejects when the launcher exits without one. */
  line(message: string): Promise<{ url: string; pid: number; text: string }>;
  /** The output so far. */
  output(): string;
  kill(signal: NodeJS.Signals): void;
}

/**
 * Starts PostgreSQL from a separate process, with the build, so that a test can kill that process.
 */
export function launch(options: {
  dataDirectory: string;
  rootDirectory?: string;
  program?: { launcher: string; build: string; node: string; uid: number; gid: number };
}): Launcher {
  const { program } = options;
  const child = spawn(
    program?.node ?? process.execPath,
    [
      program?.launcher ?? fixture,
      options.dataDirectory,
      pathToFileURL(program?.build ?? builtHere).href,
      options.rootDirectory ?? '',
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: '/',
      ...(program && { uid: program.uid, gid: program.gid }),
    },
  );
  const lines: string[] = [];
  const readers = [child.stdout, child.stderr].map((stream) =>
    createInterface({ input: stream }).on('line', (line) => lines.push(line)),
  );
  const exited = once(child, 'close');
  const find = (message: string) => {
    const line = lines.find((candidate) => candidate.startsWith(`{"message":${JSON.stringify(message)}`));
    return line === undefined ? null : (JSON.parse(line) as { url: string; pid: number; text: string });
  };
  return {
    pid: child.pid ?? -1,
    exited,
    output: () => lines.join('\n'),
    kill: (signal) => void child.kill(signal),
    async line(message) {
      for (;;) {
        const found = find(message);
        if (found !== null) return found;
        const next = readers.map((reader) => once(reader, 'line'));
        const ended = await Promise.race([...next, exited.then(() => 'ended')]);
        if (ended === 'ended' && find(message) === null)
          throw new Error(`no "${message}":\n${lines.join('\n')}`);
      }
    },
  };
}
