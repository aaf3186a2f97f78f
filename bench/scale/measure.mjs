// Measures the statements of API and worker in their roles, over the rows of fill.mjs.
import { openDatabase } from '@hourglass/database';
import { summary } from '../api/latencies.mjs';
import { Client } from '../rivals/libraries.mjs';
import { requestProbes } from './request-probes.mjs';
import { workerProbes } from './worker-probes.mjs';

const limitMs = 10;

/**
 * Prints a line for each probe: latency at the client, and for a call the time to plan and to execute in PostgreSQL and the
 * pages of 8 KiB that it touched. Returns false when the statements of a request take more than 10 ms in PostgreSQL: at the client, other
 * work on the machine counts too.
 */
export async function measure(url, { folder, explain, only }) {
  const owner = new Client(url);
  await owner.connect();
  const sql = async (statement, values) => (await owner.query(statement, values)).rows;
  await sql(
    `create schema if not exists bench; create extension if not exists pg_stat_statements schema bench`,
  );
  if (explain) await explainSlowStatements(sql);
  const api = openDatabase({ url, as: 'api', poolSize: 8 });
  const worker = openDatabase({ url, as: 'worker', poolSize: 8 });
  let met = true;
  try {
    await printSizes(sql);
    console.log(
      `\n${'median'.padStart(9)}${'p99'.padStart(9)}${'planned'.padStart(9)}${'executed'.padStart(10)}${'pages'.padStart(9)}`,
    );
    for (const probes of [requestProbes, workerProbes]) {
      for (const probe of await probes({ api, worker, sql, folder })) {
        if (!probe.name.includes(only)) continue;
        if (!(await run(probe, sql))) met = false;
      }
    }
  } finally {
    await Promise.all([api.close(), worker.close()]);
    if (explain) await sql(`alter database hourglass reset all`);
    await owner.end();
  }
  console.log(
    `\n${met ? 'met' : 'MISSED'}: planning and executing the statements of each request ≤ ${limitMs} ms`,
  );
  return met;
}

/** Returns false when the statements of a request take too long. Stops after 20 s. */
async function run({ name, isOfRequest, calls, call }, sql) {
  const durationsMs = [];
  const untilMs = performance.now() + 20_000;
  try {
    // Warms up: opens connections, plans and reads the pages.
    await call(0);
    await sql('select bench.pg_stat_statements_reset()');
    for (let index = 1; index <= calls && (index === 1 || performance.now() < untilMs); index += 1) {
      const sinceMs = performance.now();
      await call(index);
      durationsMs.push(performance.now() - sinceMs);
    }
  } catch (error) {
    console.log(`  ${name}: ${error.cause?.message ?? error.message}${isOfRequest ? '  MISSED' : ''}`);
    return !isOfRequest;
  }
  const [{ planned, executed, pages }] = await sql(
    `select sum(total_plan_time) as planned, sum(total_exec_time) as executed,
            sum(shared_blks_hit + shared_blks_read)::float8 as pages
       from bench.pg_stat_statements where query not like '%pg_stat_statements%'`,
  );
  const { p50Ms, p99Ms } = summary(durationsMs);
  const ofCall = (sum) => sum / durationsMs.length;
  const met = !isOfRequest || ofCall(planned + executed) <= limitMs;
  const ms = (value, width) => value.toFixed(value < 100 ? 2 : 0).padStart(width);
  console.log(
    `${ms(p50Ms, 9)}${ms(p99Ms, 9)}${ms(ofCall(planned), 9)}${ms(ofCall(executed), 10)}` +
      `${Math.round(ofCall(pages)).toString().padStart(9)}  ${name}${met ? '' : '  MISSED'}`,
  );
  return met;
}

async function printSizes(sql) {
  const rows = await sql(
    `select relname as name, reltuples::bigint as rows, pg_size_pretty(pg_table_size(oid)) as size,
            pg_size_pretty(pg_indexes_size(oid)) as indexes
       from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace and reltuples > 1000
      order by pg_total_relation_size(oid) desc`,
  );
  for (const { name, rows: count, size, indexes } of rows)
    console.log(
      `${name.padEnd(20)}${count.padStart(12)} rows${size.padStart(10)}${indexes.padStart(10)} of indexes`,
    );
}

/** The plans of slow statements, also of those in functions, are notices of the connections. */
async function explainSlowStatements(sql) {
  const { query } = Client.prototype;
  Client.prototype.query = function observed(...parameters) {
    if (this.listenerCount('notice') === 0) this.on('notice', ({ message }) => console.log(message));
    return query.apply(this, parameters);
  };
  const settings = {
    session_preload_libraries: 'auto_explain',
    'auto_explain.log_min_duration': `${limitMs}ms`,
    'auto_explain.log_analyze': 'on',
    'auto_explain.log_buffers': 'on',
    'auto_explain.log_timing': 'off',
    'auto_explain.log_nested_statements': 'on',
    'auto_explain.log_level': 'notice',
  };
  await sql(`load 'auto_explain'`);
  for (const [name, value] of Object.entries(settings))
    await sql(`alter database hourglass set ${name} = '${value}'`);
}
