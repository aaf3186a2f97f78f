import path from 'node:path';
import { duckDb } from './libraries.mjs';
import { macros, selectFacts } from './fact-columns.mjs';

/** Facts per file. Each file becomes one batch. */
const factsPerFile = 1_000_000;

/**
 * Writes the facts to Parquet files in order of arrival, and returns path and number of facts of each. A seed and a
 * number of rows always yield the same facts.
 */
export async function generateFacts({ rows, seed, directory, threads }) {
  const files = [];
  for (let from = 0; from < rows; from += factsPerFile) {
    const toExclusive = Math.min(rows, from + factsPerFile);
    const name = `facts-${String(files.length).padStart(4, '0')}.parquet`;
    files.push({ path: path.join(directory, name), facts: toExclusive - from, from, toExclusive });
  }
  await withDuckDb({ threads }, async (instance, connection) => {
    for (const macro of macros(seed)) await connection.run(macro);
    const waiting = files.values();
    // DuckDB reads `range` on one thread, so files are written in parallel.
    await Promise.all(Array.from({ length: threads }, () => writeFiles(instance, waiting, rows)));
  });
  return files;
}

async function writeFiles(instance, waiting, rows) {
  const connection = await instance.connect();
  try {
    for (const { path: file, from, toExclusive } of waiting) {
      const select = selectFacts({ from, toExclusive, rows });
      await connection.run(`copy (${select}) to '${file}' (format parquet, compression zstd)`);
    }
  } finally {
    connection.closeSync();
  }
}

/** Converts facts to the NDJSON that clients send. */
export async function writeNdjson(parquet, ndjson) {
  await withDuckDb({}, (_, connection) =>
    connection.run(
      `copy (select * replace (epoch_ms("timestamp") as "timestamp") from '${parquet}') to '${ndjson}' (format json)`,
    ),
  );
}

/** Converts facts to CSV for `copy` of PostgreSQL: the environment, then the columns of the table. */
export async function writeCsv(parquet, csv, environmentId) {
  await withDuckDb({}, (_, connection) =>
    connection.run(
      `copy (select ${environmentId}, * from '${parquet}') to '${csv}' (format csv, header false)`,
    ),
  );
}

/** Calls `work(instance, connection)` with an in-memory DuckDB. */
export async function withDuckDb(options, work) {
  const settings = Object.entries(options).map(([name, value]) => [name, String(value)]);
  const instance = await duckDb.DuckDBInstance.create(':memory:', Object.fromEntries(settings));
  try {
    const connection = await instance.connect();
    try {
      return await work(instance, connection);
    } finally {
      connection.closeSync();
    }
  } finally {
    instance.closeSync();
  }
}
