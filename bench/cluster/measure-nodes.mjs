import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { createClickHouseEngine } from '@hourglass/engine-clickhouse';
import { createDuckDbEngine } from '@hourglass/engine-duckdb';
import { bindPlan, catalogue } from '@hourglass/query';
import { eventually, processorMsOf, startClickHouseCluster } from '@hourglass/testing';
import { planOf, segmentsInRange } from '../rivals/engine.mjs';
import { shapes } from '../rivals/shapes.mjs';
import { environmentId } from '../rivals/write-segments.mjs';

/** The smallest slice has this share of the facts, as a million, the default, are of 36 million. */
const smallestSlices = 36;
/** Reads all files. */
const { request: warmUp } = shapes.find(({ name }) => name === 'one group: five metrics');
const limits = { memoryMb: 1_800, timeoutMs: 600_000 };

/** Returns the digest of each report's rows from DuckDB. */
export async function answersOfDuckDb({ reports, stored, directory, logProgress }) {
  const options = { directory, memoryMb: 6_000, threads: 2, maxConcurrentRuns: 1 };
  const engine = createDuckDbEngine(options);
  const answers = new Map();
  for (const { name, request } of reports) {
    logProgress(`DuckDB: ${name}`);
    const task = taskOf(request, stored);
    answers.set(
      name,
      await digestOf(engine, { ...task, facts: { ...task.facts, segments: task.facts.objects } }, directory),
    );
  }
  return answers;
}

/**
 * Computes each report on clusters of these numbers of nodes. Returns for each cluster the processor time of its busiest
 * node and of all, and the rows that were sent to the first node, for one run: that with the least time of the busiest
 * node, because other programs of the machine only add to it. The clusters take turns, so that they meet the same load.
 */
export async function measureClusters({ counts, reports, stored, directory, logProgress, ...options }) {
  const clusters = [];
  try {
    for (const nodes of counts) clusters.push(await startCluster(nodes, stored));
    const measured = clusters.map(({ nodes }) => ({ nodes, reports: [] }));
    // Loads code and what nodes keep of the files.
    for (const { nodes, engine } of clusters)
      for (let node = 0; node < nodes; node += 1) await digestOf(engine, taskOf(warmUp, stored), directory);
    for (const report of reports) {
      const found = await measureReport({ report, clusters, stored, directory, ...options });
      found.forEach((one, index) => measured[index].reports.push(one));
      const figures = found.map(({ busiestMs, totalMs }) => `${busiestMs} of ${totalMs} ms`);
      logProgress(`${report.name}: ${figures.join(', ')}`);
    }
    return measured;
  } finally {
    for (const { engine, cluster } of clusters) {
      await engine.close();
      await cluster.stop();
    }
  }
}

async function startCluster(nodes, stored) {
  const cluster = await startClickHouseCluster(nodes, stored.bucket);
  const facts = stored.segments.reduce((sum, segment) => sum + segment.facts, 0);
  const minSliceFacts = Math.floor(facts / smallestSlices);
  return { nodes, cluster, engine: createClickHouseEngine({ ...cluster.options, ...limits, minSliceFacts }) };
}

async function measureReport({ report, clusters, stored, repetitions, directory, expected }) {
  const { name, request, isSliced } = report;
  const task = taskOf(request, stored);
  const runs = clusters.map(() => []);
  // The first run compiles expressions, and its digest is compared.
  for (let run = 0; run <= repetitions; run += 1)
    for (const [index, { cluster, engine }] of clusters.entries())
      runs[index].push(await measureRun(cluster, engine, task, directory));
  return runs.map(([first, ...others]) => {
    const measured = others.map((run) => ({ ...run, busiestMs: Math.max(...run.processorMs) }));
    const least = measured.reduce((one, other) => (other.busiestMs < one.busiestMs ? other : one));
    const { busiestMs, processorMs, shippedRows } = least;
    const totalMs = processorMs.reduce((sum, ms) => sum + ms, 0);
    const isDifferent = first.answer.digest !== expected.get(name).digest;
    return { name, isSliced, busiestMs, totalMs, shippedRows, isDifferent, runs: measured };
  });
}

async function measureRun(cluster, engine, task, directory) {
  const before = await countersOf(cluster);
  const answer = await digestOf(engine, task, directory);
  const after = await countersOf(cluster);
  const grown = after.map((counters, node) =>
    Object.fromEntries(Object.entries(counters).map(([name, value]) => [name, value - before[node][name]])),
  );
  return {
    answer,
    processorMs: grown.map(({ processorMs }) => processorMs),
    // The first node of a statement also sends to itself.
    shippedRows: grown.reduce((sum, { statements, sentRows }) => sum + (statements > 0 ? 0 : sentRows), 0),
  };
}

async function countersOf({ nodes }) {
  return Promise.all(
    nodes.map(async (node) => {
      const { pid } = node;
      await untilIdle(node);
      await node.run('system flush logs query_log');
      const counted = await node.run(
        `select countIf(is_initial_query and user = 'hourglass'), sumIf(result_rows, not is_initial_query)
           from system.query_log where type = 'QueryFinish'`,
      );
      const [statements, sentRows] = counted.split('\t').map(Number);
      return { processorMs: processorMsOf(pid), statements, sentRows };
    }),
  );
}

/** The part of a node ends a little after the statement of which it is one. */
function untilIdle(node) {
  const running = `select count() from system.processes where user = 'hourglass'`;
  return eventually('the node is idle', async () => ((await node.run(running)) === '0\n' ? true : null));
}

function taskOf(request, { segments }) {
  const plan = planOf(request, environmentId);
  const snapshot = {
    expiredBeforeMs: null,
    watermark: null,
    takenAt: new Date(0),
    hotFactsPath: '',
    hotRows: 0,
  };
  return { ...bindPlan(plan, catalogue), facts: { ...snapshot, objects: segmentsInRange(segments, plan) } };
}

async function digestOf(engine, task, directory) {
  const folder = await mkdtemp(path.join(directory, 'rows-'));
  const hash = createHash('sha256');
  let rows = 0;
  let files = 0;
  try {
    const { signal } = new AbortController();
    for await (const file of engine.writeRows({ ...task, directory: folder, signal })) {
      for await (const piece of createReadStream(file.path)) hash.update(piece);
      await rm(file.path);
      rows += file.rows;
      files += 1;
    }
    return { digest: hash.digest('hex'), rows, files };
  } finally {
    await rm(folder, { recursive: true });
  }
}
