// Measures the statements of API and worker in their roles, over the rows of fill.mjs.
import { readFile } from 'node:fs/promises';
import { openDatabase } from '@hourglass/database';
import { summary } from '../api/latencies.mjs';
import { Client } from '../rivals/libraries.mjs';
import { requestProbes } from './request-probes.mjs';
import { workerProbes } from './worker-probes.mjs';

const limitMs = 10;
const msOfTick = 10;

/**
 * Prints a line for each probe: latency at the client, and for each call the processor time of PostgreSQL, the part of the time
 * for plans, and the pages of 8 KiB that it touched. Returns false when a request takes more than 10 ms of processor time:
 * latencies also contain other work on the machine.
 */
export async function measure({ url, pid }, { folder, explain, only }) {
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
      ['\n   median', 'p99', 'processor', 'planning', 'pages'].map((name) => name.padStart(9)).join(' '),
    );
    for (const probes of [requestProbes, workerProbes]) {
      for (const probe of await probes({ api, worker, sql, folder })) {
        if (!probe.name.includes(only)) continue;
        if (!(await run(probe, sql, pid))) met = false;
      }
    }
  } finally {
    await Promise.all([api.close(), worker.close()]);
    if (explain) await sql(`alter database hourglass reset all`);
    await owner.end();
  }
  console.log(
    `\n${met ? 'met' : 'MISSED'}: the statements of each request take ≤ ${limitMs} ms of processor time`,
  );
  return met;
}

/** Returns false when the statements of a request take too long. Stops after 20 s. */
async function run({ name, isOfRequest, calls, call }, sql, pid) {
  const durationsMs = [];
  const untilMs = performance.now() + 20_000;
  let sinceProcessorMs = 0;
  try {
    // Warms up: opens connections, plans and reads the pages.
    await call(0);
    await sql('select bench.pg_stat_statements_reset()');
    sinceProcessorMs = await processorMsOf(pid);
    for (let index = 1; index <= calls && (index === 1 || performance.now() < untilMs); index += 1) {
      const sinceMs = performance.now();
      await call(index);
      durationsMs.push(performance.now() - sinceMs);
    }
  } catch (error) {
    console.log(`  ${name}: ${error.cause?.message ?? error.message}${isOfRequest ? '  MISSED' : ''}`);
    return !isOfRequest;
  }
  const processorMs = (await processorMsOf(pid)) - sinceProcessorMs;
  const [{ planned, pages }] = await sql(
    `select sum(total_plan_time) as planned, sum(shared_blks_hit + shared_blks_read)::float8 as pages
       from bench.pg_stat_statements where query not like '%pg_stat_statements%'`,
  );
  const { p50Ms, p99Ms } = summary(durationsMs);
  const ofCall = (sum) => sum / durationsMs.length;
  const met = !isOfRequest || ofCall(processorMs) <= limitMs;
  const numbers = [p50Ms, p99Ms, ofCall(processorMs), ofCall(planned)].map((ms) =>
    ms.toFixed(ms < 100 ? 2 : 0),
  );
  const columns = [...numbers, String(Math.round(ofCall(pages)))].map((text) => text.padStart(9)).join(' ');
  console.log(`${columns}  ${name}${met ? '' : '  MISSED'}`);
  return met;
}

/** Returns the processor time of the server with its processes, of the ended ones too, in milliseconds. */
async function processorMsOf(pid) {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  const times = await Promise.all([pid, ...children.trim().split(' ')].map(ticksOf));
  return times.reduce((sum, ticks) => sum + ticks, 0) * msOfTick;
}

async function ticksOf(pid) {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // After the name in parentheses; user, system, and those of ended children.
  return stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 15)
    .reduce((sum, ticks) => sum + Number(ticks), 0);
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
