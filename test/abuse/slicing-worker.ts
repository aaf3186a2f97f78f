import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { createArchiveWriter } from '@hourglass/archive';
import { openDatabase } from '@hourglass/database';
import { createDuckDbEngine } from '@hourglass/engine-duckdb';
import { createSegmentFiles, openObjectStore } from '@hourglass/object-store';
import { catalogue } from '@hourglass/query';
import {
  createCancellations,
  RunSlots,
  runWaitingQueries,
  watchWaiting,
  type ReportEngine,
  type RunQueryPorts,
  type RunQueryTerms,
} from '@hourglass/reports';

const terms: RunQueryTerms = {
  leaseMs: 60_000,
  maxAttempts: 1,
  timeoutMs: 600_000,
  resultTtlSeconds: 3_600,
  retryDelaysMs: [],
};

export interface SlicingWorker {
  /** The messages about queries since it was opened, each with its query's id. */
  readonly history: readonly { readonly queryId: string; readonly message: string }[];
  /** Runs queries in one slot until none waits. Calls `afterSlice` between two slices, while the run computes nothing. */
  runAll(afterSlice: () => Promise<void>): Promise<void>;
  /** Notices the queries that wait, as a worker does twice per second. */
  noticeWaiting(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the part of a worker that runs queries, with one slot and slices of a size that the settings of a worker do not
 * allow. Its object store and its database are those of the system.
 */
export async function openSlicingWorker(
  { databaseUrl, dataDirectory }: { readonly databaseUrl: string; readonly dataDirectory: string },
  sliceFacts: number,
): Promise<SlicingWorker> {
  const directory = path.join(dataDirectory, 'scratch', 'slicing-worker');
  await mkdir(directory, { recursive: true });
  const store = { folder: path.join(dataDirectory, 'store'), s3: null };
  const objects = await openObjectStore(store);
  const cache = { directory: path.join(dataDirectory, 'cache', 'segments'), maxBytes: 1024 ** 3 };
  const database = openDatabase({ url: databaseUrl, as: 'worker', poolSize: 6 });
  const slots = new RunSlots({ slots: 1, maxPaused: 2 });
  const history: { queryId: string; message: string }[] = [];
  const note = (fields: object, message: string) => {
    const { queryId } = fields as { readonly queryId?: string };
    if (queryId !== undefined) history.push({ queryId, message });
  };
  const engine = createDuckDbEngine({
    directory,
    memoryMb: 256,
    threads: 1,
    maxConcurrentRuns: 2,
    sliceFacts,
  });
  const ports: Omit<RunQueryPorts, 'engine'> = {
    catalogue,
    queries: database.queries,
    factSource: database.factSource,
    segmentFiles: createSegmentFiles(store, { objects, cache }),
    partials: null,
    cluster: null,
    archives: createArchiveWriter({ threads: 1, manifest: null }),
    objects,
    cancellations: createCancellations(),
    scratch: { within: (work, name) => withinFolder(path.join(directory, name), work) },
    watchdog: { watch: () => ({ end: () => {} }) },
    crashPoint: () => {},
    log: { info: note, warn: note },
  };
  return {
    history,
    runAll: (afterSlice) =>
      runWaitingQueries(
        { ...ports, engine: withGate(engine, afterSlice) },
        { terms, slots },
        new AbortController().signal,
      ),
    noticeWaiting: () => watchWaiting(ports, { terms, slots }),
    async close() {
      await database.close();
      objects.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** The engine computes nothing until its next file is requested. */
function withGate(engine: ReportEngine, afterSlice: () => Promise<void>): ReportEngine {
  return {
    ...engine,
    async *writeRows(task) {
      for await (const file of engine.writeRows(task)) {
        yield file;
        await afterSlice();
      }
    },
  };
}

async function withinFolder<Result>(
  folder: string,
  work: (folder: string, overfull: AbortSignal) => Promise<Result>,
): Promise<Result> {
  await mkdir(folder, { recursive: true });
  try {
    return await work(folder, new AbortController().signal);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
