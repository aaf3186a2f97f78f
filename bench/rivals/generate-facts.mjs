import path from 'node:path';
import { duckDb } from './libraries.mjs';
import { macros, selectFacts } from './fact-columns.mjs';

/** Facts of one file; they come in one batch. */
const factsOfFile = 1_000_000;

/**
 * Writes the facts as Parquet files in the order in which they arrive, and answers them: path and number of facts.
 * The same seed and number of rows make the same facts.
 */
export async function generateFacts({ rows, seed, directory, threads }) {
  const files = [];
  for (let from = 0; from < rows; from += factsOfFile) {
    const toExclusive = Math.min(rows, from + factsOfFile);
    const name = `facts-${String(files.length).padStart(4, '0')}.parquet`;
    files.push({ path: path.join(directory, name), facts: toExclusive - from, from, toExclusive });
  }
  await withDuckDb({ threads }, async (instance, connection) => {
    for (const macro of macros(seed)) await connection.run(macro);
    const waiting = files.values();
    // A source of numbers is read by one thread, so files are what is done side by side.
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

/** As clients send them. */
export async function writeNdjson(parquet, ndjson) {
  await withDuckDb({}, (_, connection) =>
    connection.run(
      `copy (select * replace (epoch_ms("timestamp") as "timestamp") from '${parquet}') to '${ndjson}' (format json)`,
    ),
  );
}

/** As `copy … (format csv)` of PostgreSQL reads them: the environment, then the columns in their order. */
export async function writeCsv(parquet, csv, environmentId) {
  await withDuckDb({}, (_, connection) =>
    connection.run(
      `copy (select ${environmentId}, * from '${parquet}') to '${csv}' (format csv, header false)`,
    ),
  );
}

/** Calls `work` with a DuckDB in memory and a connection to it. */
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
