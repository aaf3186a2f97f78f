import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { DuckDBInstance, DuckDBPreparedStatement, type DuckDBConnection } from '@duckdb/node-api';

/** The statements and reads of DuckDB during some work. */
export interface DuckDbWork {
  /** In their order, each in one line, without the settings of a new instance. */
  readonly statements: readonly string[];
  /** Number of times that a file was opened to be read. */
  readonly opened: number;
  readonly bytesRead: number;
  /** Rows that left the scans of files, which check some conditions themselves. */
  readonly rowsRead: number;
}

export interface DuckDbObserver {
  /** Calls `work`, and returns what instances opened since `observeDuckDb` did meanwhile. */
  during(work: () => Promise<void>): Promise<DuckDbWork>;
  /** Ends the observation. */
  end(): void;
}

/**
 * Observes each DuckDB instance that this process opens from now on: its own log has each statement and each read of a
 * file, and a profile, which replaces `profileFile` after each statement, has the rows. One statement may run at a time.
 */
export function observeDuckDb(profileFile: string): DuckDbObserver {
  const file = path.resolve(profileFile);
  /** A second connection to each instance, which outlives the program's. */
  const logs: DuckDBConnection[] = [];
  let rowsRead = 0;
  const connect = methodOf(DuckDBInstance.prototype, 'connect');
  const run = methodOf(DuckDBPreparedStatement.prototype, 'run');
  DuckDBInstance.prototype.connect = async function connectObserved(this: DuckDBInstance) {
    const connection = await connect.call(this);
    await observeConnection(connection, file);
    logs.push(await connect.call(this));
    return connection;
  };
  DuckDBPreparedStatement.prototype.run = async function runObserved(this: DuckDBPreparedStatement) {
    await rm(file, { force: true });
    const result = await run.call(this);
    rowsRead += scannedRows(JSON.parse(await readFile(file, 'utf8')) as ProfiledOperator);
    return result;
  };
  const takeLogs = async () => (await Promise.all(logs.map(takeLog))).flat();
  return {
    async during(work) {
      await takeLogs();
      rowsRead = 0;
      await work();
      return { ...workOf(await takeLogs()), rowsRead };
    },
    end() {
      DuckDBInstance.prototype.connect = connect;
      DuckDBPreparedStatement.prototype.run = run;
      for (const log of logs) log.closeSync();
    },
  };
}

function methodOf<Prototype, Name extends keyof Prototype>(
  prototype: Prototype,
  name: Name,
): Prototype[Name] {
  return prototype[name];
}

/** Must happen before the program locks the configuration of the instance. */
async function observeConnection(connection: DuckDBConnection, profileFile: string): Promise<void> {
  await connection.run(`set enable_profiling = 'json'`);
  await connection.run(`set profiling_coverage = 'ALL'`);
  await connection.run('set profiling_output = $1', [profileFile]);
  await connection.run(`call enable_logging(['QueryLog', 'FileSystem'])`);
}

interface LogEntry {
  readonly type: string;
  readonly message: string;
}

async function takeLog(log: DuckDBConnection): Promise<readonly LogEntry[]> {
  // Without the statements of this function.
  const entries = await log.runAndReadAll(
    `select type, message from duckdb_logs where message not like '%duckdb_logs%' order by timestamp`,
  );
  await log.run('call truncate_duckdb_logs()');
  return entries.getRows().map(([type, message]) => ({ type: String(type), message: String(message) }));
}

interface FileOperation {
  readonly path: string;
  readonly op: string;
  readonly bytes?: string;
}

function workOf(entries: readonly LogEntry[]): Omit<DuckDbWork, 'rowsRead'> {
  const messagesOf = (wanted: string) =>
    entries.flatMap(({ type, message }) => (type === wanted ? [message] : []));
  const statements = messagesOf('QueryLog').map((text) => text.replaceAll(/\s+/g, ' ').trim());
  const operations = messagesOf('FileSystem').map((text) => JSON.parse(text) as FileOperation);
  const reads = operations.filter(({ op }) => op === 'READ');
  const readPaths = new Set(reads.map((read) => read.path));
  return {
    statements: statements.filter((text) => !/^set (?!variable )/.test(text)),
    opened: operations.filter(({ op, path: opened }) => op === 'OPEN' && readPaths.has(opened)).length,
    bytesRead: reads.reduce((sum, { bytes = '0' }) => sum + Number(bytes), 0),
  };
}

interface ProfiledOperator {
  readonly operator_name?: string;
  readonly operator_cardinality?: number;
  readonly children: readonly ProfiledOperator[];
}

function scannedRows({
  operator_name: name,
  operator_cardinality: rows = 0,
  children,
}: ProfiledOperator): number {
  const own = name?.startsWith('READ_') === true ? rows : 0;
  return children.reduce((sum, child) => sum + scannedRows(child), own);
}
