import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Turns } from '@hourglass/reports';
import { openInstance, type InstanceLimits, type OpenInstance } from './duckdb-instance.ts';
import { readableError } from './engine-error.ts';
import { interruptOnAbort } from './interrupt-on-abort.ts';

/** Instances that are used again: a new one gets its memory page by page, which took as long as the work itself. */
export interface KeptInstances {
  /** Throws the signal's reason, or what went wrong as a user may read it. */
  run<Result>(signal: AbortSignal, work: (connection: DuckDBConnection) => Promise<Result>): Promise<Result>;
}

/** Gives an instance's memory back to other parts of the process. */
const idleMs = 5000;

/** There are as many instances as there are turns. They read and write files below `directory` only. */
export function keepInstances(directory: string, limits: InstanceLimits, turns: Turns): KeptInstances {
  const idle: OpenInstance[] = [];
  let closing: NodeJS.Timeout | undefined;

  async function open(): Promise<OpenInstance> {
    // Instances must not share a folder for what they spill.
    const spillDirectory = path.join(directory, `spill-${randomUUID()}`);
    await mkdir(directory, { recursive: true });
    return openInstance(directory, limits, { spillDirectory, keepsMemory: true });
  }

  function closeIdle(): void {
    for (const instance of idle.splice(0)) instance.close().catch(() => {});
  }

  return {
    run: (signal, work) =>
      turns.run(signal, async () => {
        clearTimeout(closing);
        const instance = idle.pop() ?? (await open());
        const stopInterrupting = interruptOnAbort(instance.connection, signal);
        try {
          const result = await work(instance.connection);
          idle.push(instance);
          return result;
        } catch (error) {
          await instance.close();
          signal.throwIfAborted();
          throw readableError(error, limits);
        } finally {
          stopInterrupting();
          clearTimeout(closing);
          closing = setTimeout(closeIdle, idleMs).unref();
        }
      }),
  };
}
