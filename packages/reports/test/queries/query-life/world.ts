import { catalogue, type Plan } from '@hourglass/query';
import { createCancellations, type Cancellations } from '../../../src/queries/cancellations.ts';
import type { ObjectStore } from '../../../src/results/object-store.ts';
import type { Doorbell } from '../../../src/queries/doorbell.ts';
import type { QueryStore } from '../../../src/queries/query-store.ts';
import type { RunQueryPorts, RunQueryTerms } from '../../../src/queries/run-query-ports.ts';
import { RunSlots } from '../../../src/queries/run-slots.ts';
import { ServiceUnavailable } from '../../../src/service-unavailable.ts';
import { MemoryQueries } from './memory-queries.ts';

export const terms: RunQueryTerms = {
  leaseMs: 15_000,
  maxAttempts: 6,
  timeoutMs: 300_000,
  resultTtlSeconds: 120,
  retryDelaysMs: [1_000, 10_000],
};

export const planOf = (organization: string): Plan => ({
  version: 1,
  dataset: 'api',
  tenant: { organization, environment: 'prod', environmentId: 1 },
  range: { startMs: 0, endExclusiveMs: 1 },
  timeUnit: null,
  metrics: [{ metric: 'message_count', function: 'sum', alias: 'calls' }],
  dimensions: [],
  filter: null,
  limitRows: null,
  output: { format: 'json' },
});

/** A worker or an API process. A dead process does nothing and receives nothing. */
export interface SimulatedProcess {
  readonly name: string;
  readonly shutdown: AbortController;
  readonly cancellations: Cancellations;
  readonly slots: RunSlots;
  /** Scratch directories in use. */
  readonly folders: Set<string>;
  /** Scratch directories that the engine is writing to. */
  readonly computing: Set<string>;
  isDead: boolean;
}

type Outcome = { readonly value: unknown } | { readonly error: unknown };

/** A call that has not reached its service yet, or whose response is in flight. */
interface Call {
  readonly process: SimulatedProcess;
  readonly name: string;
  readonly effect: () => unknown;
  readonly settle: (outcome: Outcome) => void;
  outcome: Outcome | null;
}

/** Services in memory. The simulation decides when each call takes effect and returns. */
export class World {
  readonly queries: MemoryQueries;
  /** Contents of each object: the attempt that wrote it. */
  readonly objects = new Map<string, string>();
  wakeUps = 0;
  /** Number of pauses between slices. */
  pauses = 0;
  readonly processes: SimulatedProcess[] = [];
  calls: Call[] = [];
  readonly history: string[] = [];

  constructor(nowMs: () => number) {
    this.queries = new MemoryQueries(nowMs);
  }

  start(name: string): SimulatedProcess {
    const process: SimulatedProcess = {
      name,
      shutdown: new AbortController(),
      cancellations: createCancellations(),
      slots: new RunSlots({ slots: 1, maxPaused: 2 }),
      folders: new Set(),
      computing: new Set(),
      isDead: false,
    };
    this.processes.push(process);
    return process;
  }

  /** Calls of processes that are alive. */
  get open(): readonly Call[] {
    return this.calls.filter(({ process }) => !process.isDead);
  }

  /** Advances a call: its effect in the service, or its response. */
  step(call: Call, fate: 'success' | 'refused' | 'response lost'): void {
    this.history.push(`${call.process.name} ${call.name} ${call.outcome === null ? fate : 'returned'}`);
    if (call.outcome === null) {
      call.outcome = fate === 'refused' ? unavailable() : attempt(call.effect);
      if (fate === 'response lost') call.outcome = unavailable();
      if (fate === 'success') return;
    }
    this.calls = this.calls.filter((one) => one !== call);
    call.settle(call.outcome);
  }

  call<Result>(
    process: SimulatedProcess,
    name: string,
    effect: () => Result,
    signal?: AbortSignal,
  ): Promise<Result> {
    return new Promise((resolve, reject) => {
      const call: Call = {
        process,
        name,
        effect,
        outcome: null,
        settle: (outcome) => ('error' in outcome ? reject(outcome.error) : resolve(outcome.value as Result)),
      };
      this.calls.push(call);
      const abort = () => {
        this.calls = this.calls.filter((one) => one !== call);
        if (!process.isDead) reject(signal?.reason);
      };
      if (signal?.aborted === true) abort();
      else signal?.addEventListener('abort', abort, { once: true });
    });
  }

  queryStore(process: SimulatedProcess): QueryStore {
    const { queries } = this;
    const on = <Result>(name: string, effect: () => Result) => this.call(process, name, effect);
    const store: Partial<QueryStore> = {
      find: (_scope, id) => on('find', () => queries.find(id)),
      listWaiting: (of, limit) => on('list waiting', () => queries.listWaiting(of, limit)),
      nextWaiting: (of, choice) => on('next waiting', () => queries.nextWaiting(of, choice)),
      claim: (id, of) => on('claim', () => queries.claim(id, of)),
      renewLease: (id, number, leaseMs) => on('renew', () => queries.renewLease(id, number, leaseMs)),
      complete: (id, number, publication) => on('complete', () => queries.complete(id, number, publication)),
      shareResult: () => on('share', () => 0),
      fail: (id, number, failure) => on('fail', () => queries.fail(id, number, failure)),
      requeue: (id, number, cause) => on('requeue', () => queries.requeue(id, number, cause)),
      failOverdue: (of) => on('fail overdue', () => queries.failOverdue(of)),
      expireDue: () => on('expire', () => queries.expireDue()),
      orphanedWork: (archives) => on('orphaned', () => queries.orphanedWork(archives)),
    };
    return store as QueryStore;
  }

  doorbell(process: SimulatedProcess): Doorbell {
    return {
      wake: () => this.call(process, 'wake', () => void (this.wakeUps += 1)),
      pendingWakeUps: () => this.call(process, 'pending wake-ups', () => this.wakeUps),
      check: () => Promise.resolve(),
    };
  }

  objectStore(process: SimulatedProcess): ObjectStore {
    const { objects } = this;
    const store: Partial<ObjectStore> = {
      putFile: (key, path, { signal }) =>
        this.call(
          process,
          'put',
          () => {
            objects.set(key, path);
            return { bytes: 1, etag: '' };
          },
          signal,
        ),
      delete: (key) => this.call(process, 'delete', () => void objects.delete(key)),
      list: async function* list(this: World) {
        for (const key of await this.call(process, 'list', () => [...objects.keys()]))
          yield { key, bytes: 1 };
      }.bind(this),
      listIncomplete: async function* none() {},
    };
    return store as ObjectStore;
  }

  runPorts(process: SimulatedProcess): RunQueryPorts {
    const countPause = () => (this.pauses += 1);
    const on = <Result>(name: string, effect: () => Result, signal: AbortSignal) =>
      this.call(process, name, effect, signal);
    return {
      catalogue,
      queries: this.queryStore(process),
      objects: this.objectStore(process),
      cancellations: process.cancellations,
      factSource: {
        snapshot: (_plan, { signal }) =>
          on(
            'snapshot',
            () => ({
              hotFactsPath: '',
              hotRows: 0,
              segments: [],
              expiredBeforeMs: null,
              watermark: null,
              takenAt: new Date(0),
            }),
            signal,
          ),
      },
      segmentFiles: { place: () => Promise.resolve([]) },
      partials: null,
      cluster: null,
      engine: {
        identity: { name: 'DuckDB', version: 'v1' },
        writeHotFacts: () => Promise.resolve(null),
        run: () => {
          throw new Error('queries call writeRows');
        },
        writeParquet: () => {
          throw new Error('no report is computed on a cluster');
        },
        async *writeRows({ signal, directory, pauses }) {
          process.computing.add(directory);
          try {
            yield await on('compute', () => ({ path: 'first', rows: 1 }), signal);
            while (pauses?.isWanted() === true) {
              countPause();
              await pauses.wait(signal);
            }
            yield await on('compute', () => ({ path: 'second', rows: 1 }), signal);
          } finally {
            process.computing.delete(directory);
          }
        },
      },
      archives: {
        async write(files, { queryId, signal, directory }) {
          const rows = files[Symbol.asyncIterator]();
          await rows.next();
          const second = rows.next();
          // Packing may fail while the second file is computed.
          second.catch(() => {});
          const archive = { path: `${directory} of ${queryId}`, bytes: 1, md5: '', rows: 2, gzipBytes: 1 };
          await on('pack', () => {}, signal);
          await second;
          return archive;
        },
      },
      scratch: {
        async within(work, name) {
          process.folders.add(name);
          try {
            return await work(name, new AbortController().signal);
          } finally {
            process.folders.delete(name);
          }
        },
      },
      watchdog: { watch: () => ({ end: () => {} }) },
      crashPoint: () => {},
      log: { info() {}, warn() {} },
    };
  }
}

function unavailable(): Outcome {
  return { error: new ServiceUnavailable('database', new Error('simulated')) };
}

function attempt(effect: () => unknown): Outcome {
  return { value: effect() };
}
