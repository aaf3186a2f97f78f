import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

export interface Flood {
  /** Ends it. Returns the number of answers by status. */
  stop(): Promise<Readonly<Record<string, number>>>;
}

/** Requests `url` without a pause on `parallel` connections, from a process of its own. */
export function startFlood(options: {
  readonly url: string;
  readonly authorization: string;
  readonly parallel: number;
}): Flood {
  const program = fileURLToPath(new URL('flood.mjs', import.meta.url));
  const child = spawn(process.execPath, [program, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  const output = text(child.stdout);
  return {
    async stop() {
      child.kill('SIGTERM');
      await closed;
      return JSON.parse(await output) as Record<string, number>;
    },
  };
}
