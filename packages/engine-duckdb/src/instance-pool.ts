import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { openInstance, type InstanceLimits, type OpenInstance } from './duckdb-instance.ts';

/**
 * Reuses instances. Opening one takes some ten milliseconds, and a new one allocates its memory
 * page by page, which may take as long as the work itself.
 */
export interface InstancePool {
  /** Runs `work` with an instance and throws its errors. */
  use<Result>(work: (connection: DuckDBConnection) => Promise<Result>): Promise<Result>;
  /**
   * Yields the items of `work`, run with an instance. If it fails or is not read to its end, the
   * instance is closed, because it may be left in an unknown state.
   */
  stream<Item>(work: (connection: DuckDBConnection) => AsyncIterable<Item>): AsyncGenerator<Item, void>;
}

/** Idle instances are closed after this time, to release their memory. */
const idleMs = 5000;

/**
 * Creates a pool that opens an instance whenever none is idle. Instances can only access files
 * below `directory`.
 */
export function createInstancePool(directory: string, limits: InstanceLimits): InstancePool {
  const idle: OpenInstance[] = [];
  let closing: NodeJS.Timeout | undefined;

  function closeIdle(): void {
    for (const instance of idle.splice(0)) instance.close().catch(() => {});
  }

  async function acquire(): Promise<OpenInstance> {
    const instance = idle.pop();
    if (instance !== undefined) return instance;
    // Instances must not share a spill directory.
    const spillDirectory = path.join(directory, `spill-${randomUUID()}`);
    await mkdir(directory, { recursive: true });
    return openInstance(directory, limits, { spillDirectory, keepsMemory: true });
  }

  function release(instance: OpenInstance): void {
    idle.push(instance);
    clearTimeout(closing);
    closing = setTimeout(closeIdle, idleMs).unref();
  }

  return {
    async use(work) {
      const instance = await acquire();
      const working = work(instance.connection);
      const result = await working.catch(async (error: unknown) => {
        await instance.close();
        throw error;
      });
      release(instance);
      return result;
    },
    async *stream(work) {
      const instance = await acquire();
      let isComplete = false;
      try {
        yield* work(instance.connection);
        isComplete = true;
      } finally {
        if (isComplete) release(instance);
        else await instance.close();
      }
    },
  };
}
