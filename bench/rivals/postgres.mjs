import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { startPostgres } from '@hourglass/embedded';
import { writeCsv } from './generate-facts.mjs';
import { Client, copyFrom } from './libraries.mjs';
import { rivalSql } from './shapes.mjs';

const environmentId = 1;
/** `integer` holds all values, and PostgreSQL adds up `integer` faster than `bigint`. */
const createTable = `
  create table facts (
    environment_id integer not null, "timestamp" timestamptz(3) not null, apiproxy text, apiproxy_revision integer,
    developer text, developer_app text, client_ip text, request_path text, request_verb text,
    response_status_code integer, gateway_flow_id text, useragent text, request_size integer, response_size integer,
    target_response_time integer, total_response_time integer);
  create index on facts (environment_id, "timestamp")`;
const asText = { getTypeParser: () => (text) => text };

/** Runs PostgreSQL in `directory`, with the same facts in one indexed table. `stop` keeps its files. */
export async function startPostgresRival({ directory, threads }) {
  const log = { debug() {}, info() {}, warn: (...line) => console.error(...line) };
  const server = await startPostgres({ dataDirectory: directory, log });
  const client = new Client(server.url);
  try {
    await client.connect();
    for (const [name, value] of Object.entries(settings(threads))) {
      await client.query(`select set_config($1, $2, false)`, [name, value]);
    }
    await client.query(createTable);
  } catch (error) {
    await server.stop();
    throw error;
  }
  const first = async (sql) => (await client.query({ text: sql, rowMode: 'array', types: asText })).rows[0];
  return {
    name: 'PostgreSQL',
    /** Copies each file as CSV over the connection. Returns the milliseconds of each. */
    async load(files, onFile) {
      const tookMs = [];
      for (const [index, { path }] of files.entries()) {
        tookMs.push(await copyCsv(client, path));
        onFile(index + 1);
      }
      await client.query('vacuum (analyze) facts');
      return tookMs;
    },
    run(shape) {
      const text = rivalSql(shape, 'postgres', environmentId);
      return client.query({ text, rowMode: 'array', types: asText });
    },
    rowsOf: ({ rows }) => rows,
    async bytes() {
      const [table, indexes] = await first(`select pg_table_size('facts'), pg_indexes_size('facts')`);
      return { table: Number(table), indexes: Number(indexes) };
    },
    async describe() {
      const [version, sharedBuffers] = await first(
        `select current_setting('server_version'), current_setting('shared_buffers')`,
      );
      return `PostgreSQL ${version}, shared_buffers ${sharedBuffers}, ${Object.entries(settings(threads))
        .map(([name, value]) => `${name} ${value}`)
        .join(', ')}`;
    },
    async stop() {
      await client.end().catch(() => {});
      await server.stop();
    },
  };
}

/** The leader also executes the plan: one process more than `threads`, so that no core is idle. */
function settings(threads) {
  return {
    max_parallel_workers: String(threads),
    max_parallel_workers_per_gather: String(threads),
    max_parallel_maintenance_workers: String(threads),
    work_mem: '256MB',
    maintenance_work_mem: '512MB',
    effective_cache_size: '8GB',
    jit: 'off',
  };
}

async function copyCsv(client, parquet) {
  const csv = `${parquet}.csv`;
  try {
    await writeCsv(parquet, csv, environmentId);
    const beganMs = performance.now();
    await pipeline(
      createReadStream(csv, { highWaterMark: 1024 * 1024 }),
      client.query(copyFrom('copy facts from stdin (format csv)')),
    );
    return performance.now() - beganMs;
  } finally {
    await rm(csv, { force: true });
  }
}
