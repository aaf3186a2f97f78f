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

/** An instance is closed after it was idle for this time, to release its memory. */
const idleMs = 5000;

/**
 * An instance is closed after this number of uses: DuckDB keeps an entry for every file that an
 * instance has ever opened, and a busy instance is never idle. Opening the next one costs less than
 * a hundredth of the work in between.
 */
const defaultMaxUses = 200;

interface PooledInstance {
  readonly instance: OpenInstance;
  uses: number;
  /** Closes the instance while it is idle. */
  closing?: NodeJS.Timeout;
}

/**
 * Creates a pool that opens an instance whenever none is idle. Instances can only access files
 * below `directory`.
 */
export function createInstancePool(
  directory: string,
  limits: InstanceLimits,
  { maxUses = defaultMaxUses }: { readonly maxUses?: number } = {},
): InstancePool {
  const idle = createIdleInstances(maxUses);
  const acquire = async () => idle.take() ?? { instance: await openInPool(directory, limits), uses: 0 };
  return {
    async use(work) {
      const pooled = await acquire();
      const working = work(pooled.instance.connection);
      const result = await working.catch(async (error: unknown) => {
        await pooled.instance.close();
        throw error;
      });
      await idle.keepOrClose(pooled);
      return result;
    },
    async *stream(work) {
      const pooled = await acquire();
      let isComplete = false;
      try {
        yield* work(pooled.instance.connection);
        isComplete = true;
      } finally {
        if (isComplete) await idle.keepOrClose(pooled);
        else await pooled.instance.close();
      }
    },
  };
}

async function openInPool(directory: string, limits: InstanceLimits): Promise<OpenInstance> {
  // Instances must not share a spill directory.
  const spillDirectory = path.join(directory, `spill-${randomUUID()}`);
  await mkdir(directory, { recursive: true });
  return openInstance(directory, limits, { spillDirectory, keepsMemory: true });
}

function createIdleInstances(maxUses: number) {
  const idle: PooledInstance[] = [];
  return {
    take(): PooledInstance | undefined {
      const pooled = idle.pop();
      clearTimeout(pooled?.closing);
      return pooled;
    },
    async keepOrClose(pooled: PooledInstance): Promise<void> {
      pooled.uses += 1;
      // The work succeeded, so an error of closing must not fail it.
      const close = () => pooled.instance.close().catch(() => {});
      if (pooled.uses >= maxUses) return close();
      idle.push(pooled);
      pooled.closing = setTimeout(() => {
        idle.splice(idle.indexOf(pooled), 1);
        void close();
      }, idleMs).unref();
    },
  };
}
