import { rm } from 'node:fs/promises';
import path from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';

export interface InstanceLimits {
  /** What the instance may add to the process's resident memory, about. */
  readonly memoryMb: number;
  readonly threads: number;
  readonly maxSpillMb: number;
}

/** DuckDB's limit is for its buffers only; what it allocates beside them was up to a quarter more. */
const bufferShare = 0.8;

export interface OpenInstance {
  readonly connection: DuckDBConnection;
  /** Gives back memory and spilled files. No call on the connection may be under way. */
  close(): Promise<void>;
}

export interface InstanceHabits {
  /** No other instance has the same. */
  readonly spillDirectory?: string;
  /** Whether memory that a statement has used is kept for the next one. */
  readonly keepsMemory?: boolean;
}

/** An empty database in memory that spills to `<directory>/spill` and reads files below `directory` only. */
export async function openInstance(
  directory: string,
  limits: InstanceLimits,
  { spillDirectory = path.resolve(directory, 'spill'), keepsMemory = false }: InstanceHabits = {},
): Promise<OpenInstance> {
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${Math.floor(limits.memoryMb * bufferShare)}MiB`,
    threads: String(limits.threads),
    temp_directory: spillDirectory,
    // The report has an order of its own; keeping that of the file would only cost memory.
    preserve_insertion_order: 'false',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    ...(keepsMemory && { allocator_flush_threshold: `${limits.memoryMb}MiB` }),
  });
  async function close(): Promise<void> {
    instance.closeSync();
    await rm(spillDirectory, { recursive: true, force: true });
  }
  try {
    const connection = await instance.connect();
    // As an option of `create` it would be shown by DuckDB but not kept to.
    await connection.run('set max_temp_directory_size = $1', [`${limits.maxSpillMb}MiB`]);
    // Only so that it can be asked for: nothing is printed.
    await connection.run('set enable_progress_bar = true');
    await connection.run('set enable_progress_bar_print = false');
    await connection.run('set allowed_directories = [$1]', [path.resolve(directory)]);
    await connection.run('set enable_external_access = false');
    await connection.run('set lock_configuration = true');
    return {
      connection,
      async close() {
        connection.closeSync();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
