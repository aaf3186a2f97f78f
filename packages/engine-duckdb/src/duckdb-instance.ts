import { rm } from 'node:fs/promises';
import path from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';

export interface InstanceLimits {
  /** Approximate limit of the instance's share of the process's resident memory. */
  readonly memoryMb: number;
  readonly threads: number;
  readonly maxSpillMb: number;
}

/** DuckDB only limits its buffers; measured allocations beside them were up to a quarter more. */
const bufferShare = 0.8;

export interface OpenInstance {
  readonly connection: DuckDBConnection;
  /** Releases memory and spilled files. No call on the connection may be running. */
  close(): Promise<void>;
}

export interface InstanceOptions {
  /** Must not be shared with another instance. */
  readonly spillDirectory?: string;
  /** Whether memory used by a statement is kept for the next one. */
  readonly keepsMemory?: boolean;
}

/**
 * Opens an empty in-memory database that can only access files below `directory`. It spills to
 * `<directory>/spill` by default.
 */
export async function openInstance(
  directory: string,
  limits: InstanceLimits,
  { spillDirectory = path.resolve(directory, 'spill'), keepsMemory = false }: InstanceOptions = {},
): Promise<OpenInstance> {
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${Math.floor(limits.memoryMb * bufferShare)}MiB`,
    threads: String(limits.threads),
    temp_directory: spillDirectory,
    // Reports are sorted, so preserving the order of files would only cost memory.
    preserve_insertion_order: 'false',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    // It is keyed by path, and each run links its segments to new paths: nothing would ever be found.
    enable_external_file_cache: 'false',
    ...(keepsMemory && { allocator_flush_threshold: `${limits.memoryMb}MiB` }),
  });
  async function close(): Promise<void> {
    instance.closeSync();
    await rm(spillDirectory, { recursive: true, force: true });
  }
  try {
    const connection = await instance.connect();
    // As an option of `create`, DuckDB would display this limit but not enforce it.
    await connection.run('set max_temp_directory_size = $1', [`${limits.maxSpillMb}MiB`]);
    // Makes `connection.progress` available. Nothing is printed.
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
