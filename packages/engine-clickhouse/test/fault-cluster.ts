import { mkdtemp, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { createSegmentWriter } from '@hourglass/engine-duckdb';
import { openObjectStore, prepareObjectStore } from '@hourglass/object-store';
import { bindPlan, catalogue, factRowColumns, type Plan } from '@hourglass/query';
import { AttemptFailure, ServiceUnavailable, type FactObject, type ObjectStore } from '@hourglass/reports';
import {
  startClickHouseCluster,
  startS3Server,
  startSlowProxy,
  temporaryFolder,
  type ClickHouseCluster,
  type SlowProxy,
} from '@hourglass/testing';
import { writeCopiedFacts } from '../../engine-duckdb/test/copied-facts-file.ts';
import { planOf, startMs } from '../../engine-duckdb/test/hot-facts-file.ts';
import { createClickHouseEngine, type ClickHouseEngine } from '../src/index.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const segments = 8;
const factsOfSegment = 600;
const proxies = 7;
const columns = factRowColumns([
  { name: 'apiproxy', type: 'text' },
  { name: 'message_count', type: 'integer' },
  { name: 'total_response_time', type: 'integer' },
]);

/** One fact for each minute. */
const facts = Array.from({ length: segments * factsOfSegment }, (_, index) => ({
  environment_id: 7,
  timestamp: startMs + index * minuteMs,
  apiproxy: `proxy-${index % proxies}`,
  message_count: 1 + (index % 3),
  total_response_time: (index * 37) % 1009,
}));

/** `right`: the rows of the answer are those that were computed without an engine. */
export type Outcome = { readonly is: 'right' | 'wrong' } | { readonly is: 'failed'; readonly reason: string };

export interface FaultReport {
  readonly plan: Plan;
  readonly expected: readonly object[];
}

/** Three nodes that read facts in segments through a proxy. */
export interface FaultCluster {
  readonly cluster: ClickHouseCluster;
  readonly engine: ClickHouseEngine;
  readonly proxy: SlowProxy;
  readonly objects: ObjectStore;
  readonly segments: readonly (FactObject & { readonly path: string })[];
  engineWith(other: { readonly password: string }): ClickHouseEngine;
  /** Computes a report once. `onFile` is called after each file of rows. */
  attempt(report: FaultReport, options?: AttemptOptions): Promise<Outcome>;
  stop(): Promise<void>;
}

interface AttemptOptions {
  readonly engine?: ClickHouseEngine;
  readonly signal?: AbortSignal;
  readonly onFile?: (index: number) => Promise<void>;
}

export async function startFaultCluster(): Promise<FaultCluster> {
  const [folder, store] = await Promise.all([temporaryFolder(), startS3Server()]);
  const proxy = await startSlowProxy(store.endpoint);
  const bucket = { ...store, bucket: 'facts', region: 'us-east-1', forcePathStyle: true };
  const choice = { folder: folder.path, s3: bucket };
  await prepareObjectStore(choice);
  const objects = await openObjectStore(choice);
  const stored = await storeSegments(folder.path, objects);
  const cluster = await startClickHouseCluster(3, { ...bucket, endpoint: proxy.url });
  const limits = { memoryMb: 1024, timeoutMs: 120_000, minSliceFacts: 200 };
  const engineWith = (other: Partial<ClickHouseCluster['options']>) =>
    createClickHouseEngine({ ...cluster.options, ...limits, ...other });
  const engine = engineWith({});
  return {
    ...{ cluster, engine, proxy, objects, segments: stored, engineWith },
    async attempt(report, options = {}) {
      const directory = await mkdtemp(path.join(folder.path, 'attempt-'));
      try {
        return await attempt(report, { engine, ...options, directory, objects: stored });
      } finally {
        await rm(directory, { recursive: true });
      }
    },
    async stop() {
      proxy.release();
      await engine.close();
      await cluster.stop();
      await proxy.close();
      await store.stop();
      await folder.remove();
    },
  };
}

async function storeSegments(directory: string, objects: ObjectStore): Promise<FaultCluster['segments']> {
  const writer = createSegmentWriter({ memoryMb: 256, threads: 1 });
  const stored: FaultCluster['segments'][number][] = [];
  for (let index = 0; index < segments; index += 1) {
    const csvPath = path.join(directory, 'facts.csv');
    const some = facts.slice(index * factsOfSegment, (index + 1) * factsOfSegment);
    await writeCopiedFacts(csvPath, columns, some);
    const file = await writer.seal({ csvPath, columns, directory, signal: new AbortController().signal });
    const key = `segments/7/api/${index}.parquet`;
    await objects.putFile(key, file.path, { contentType: 'application/octet-stream' });
    stored.push({ ...file, key, deletions: [] });
  }
  return stored;
}

/** Even rounds ask for a report in slices, the others for one that all nodes compute together. */
export function reportOfRound(round: number): FaultReport {
  const hours = (segments * factsOfSegment) / 60;
  const firstHour = (round * 7) % (hours / 4);
  const range = {
    startMs: startMs + firstHour * hourMs,
    endExclusiveMs: startMs + (hours - ((round * 11) % (hours / 4))) * hourMs,
  };
  const isSliced = round % 2 === 0;
  const plan = planOf({
    range,
    timeUnit: isSliced ? 'hour' : null,
    metrics: [
      { metric: 'message_count', function: 'sum', alias: 'calls' },
      { metric: 'total_response_time', function: 'max', alias: 'slowest' },
    ],
  });
  return { plan, expected: expectedRows(range, isSliced) };
}

/** Returns the rows in the order of the report. */
function expectedRows(range: Plan['range'], isSliced: boolean): readonly object[] {
  const rows = new Map<string, { hour?: string; apiproxy: string; calls: number; slowest: number }>();
  for (const fact of facts) {
    if (fact.timestamp < range.startMs || fact.timestamp >= range.endExclusiveMs) continue;
    const hour = new Date(fact.timestamp - (fact.timestamp % hourMs)).toISOString();
    const { apiproxy } = fact;
    const key = isSliced ? `${hour} ${apiproxy}` : apiproxy;
    const row = rows.get(key) ?? {
      ...(isSliced ? { hour: `${hour.slice(0, 19).replace('T', ' ')} UTC` } : {}),
      ...{ apiproxy, calls: 0, slowest: 0 },
    };
    row.calls += fact.message_count;
    row.slowest = Math.max(row.slowest, fact.total_response_time);
    rows.set(key, row);
  }
  return [...rows].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row);
}

async function attempt(
  { plan, expected }: FaultReport,
  {
    engine,
    directory,
    objects,
    signal = new AbortController().signal,
    onFile,
  }: AttemptOptions & {
    readonly engine: ClickHouseEngine;
    readonly directory: string;
    readonly objects: readonly FactObject[];
  },
): Promise<Outcome> {
  const snapshot = {
    expiredBeforeMs: null,
    watermark: null,
    takenAt: new Date(0),
    hotFactsPath: '',
    hotRows: 0,
  };
  const task = { ...bindPlan(plan, catalogue), facts: { ...snapshot, objects }, directory, signal };
  const lines: string[] = [];
  try {
    let index = 0;
    for await (const file of engine.writeRows(task)) {
      lines.push(...(await readFile(file.path, 'utf8')).split('\n').slice(0, -1));
      await onFile?.(index);
      index += 1;
    }
  } catch (error) {
    return { is: 'failed', reason: reasonOf(error, signal) };
  }
  const rows = lines.map((line) => rowOf(JSON.parse(line) as Readonly<Record<string, string>>));
  return { is: JSON.stringify(rows) === JSON.stringify(expected) ? 'right' : 'wrong' };
}

function rowOf({ hour, apiproxy, calls, slowest }: Readonly<Record<string, string>>): object {
  return {
    ...(hour === undefined ? {} : { hour }),
    ...{ apiproxy, calls: Number(calls), slowest: Number(slowest) },
  };
}

/** @throws the error if it has none of the reasons that an attempt can have */
function reasonOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted && error === signal.reason) return 'cancelled';
  if (error instanceof AttemptFailure) return error.failure;
  if (error instanceof ServiceUnavailable) return error.service;
  throw error;
}
