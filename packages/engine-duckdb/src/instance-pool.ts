import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { openInstance, type InstanceLimits, type OpenInstance } from './duckdb-instance.ts';

/**
 * Instances that are used again: opening one takes some ten milliseconds, and a new one gets its memory page by page,
 * which may take as long as the work itself.
 */
export interface InstancePool {
  /** Takes an instance for as long as `work` lasts, whose errors it passes on. */
  use<Result>(work: (connection: DuckDBConnection) => Promise<Result>): Promise<Result>;
  /** The same until `work` ends. Of work that fails or is not read to its end something may be left: its instance is closed. */
  stream<Item>(work: (connection: DuckDBConnection) => AsyncIterable<Item>): AsyncGenerator<Item, void>;
}

/** Gives an idle instance's memory back to other parts of the process. */
const idleMs = 5000;

/** There are as many instances as are in use at a time. They read and write files below `directory` only. */
export function createInstancePool(directory: string, limits: InstanceLimits): InstancePool {
  const idle: OpenInstance[] = [];
  let closing: NodeJS.Timeout | undefined;

  function closeIdle(): void {
    for (const instance of idle.splice(0)) instance.close().catch(() => {});
  }

  async function take(): Promise<OpenInstance> {
    const instance = idle.pop();
    if (instance !== undefined) return instance;
    // Instances must not share a folder for what they spill.
    const spillDirectory = path.join(directory, `spill-${randomUUID()}`);
    await mkdir(directory, { recursive: true });
    return openInstance(directory, limits, { spillDirectory, keepsMemory: true });
  }

  function giveBack(instance: OpenInstance): void {
    idle.push(instance);
    clearTimeout(closing);
    closing = setTimeout(closeIdle, idleMs).unref();
  }

  return {
    async use(work) {
      const instance = await take();
      const working = work(instance.connection);
      const result = await working.catch(async (error: unknown) => {
        await instance.close();
        throw error;
      });
      giveBack(instance);
      return result;
    },
    async *stream(work) {
      const instance = await take();
      let isReadToItsEnd = false;
      try {
        yield* work(instance.connection);
        isReadToItsEnd = true;
      } finally {
        if (isReadToItsEnd) giveBack(instance);
        else await instance.close();
      }
    },
  };
}
