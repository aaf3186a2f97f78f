import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { createDuckDbEngine, type DuckDbEngineOptions } from '@hourglass/engine-duckdb';
import { createPartialFiles } from '@hourglass/object-store';
import { catalogue, planQuery, type QueryRequest } from '@hourglass/query';
import type { EngineTask, PartialFiles, PlacedSegment, ReportEngine } from '@hourglass/reports';
import { temporaryFolder } from '@hourglass/testing';
import { observeDuckDb, type DuckDbWork } from '../../packages/engine-duckdb/test/duckdb-work.ts';
import { taskOverPartials } from '../../packages/engine-duckdb/test/task-over-partials.ts';

/** Facts of a month in their order of arrival, so that segments overlap in time. */
const facts = 200_000;
const segmentFacts = 25_000;
/** As much smaller than the default as these facts are fewer than those of a large environment. */
const sampleFacts = 5_000;

export interface NamedReport {
  readonly name: string;
  readonly request: QueryRequest;
}

interface ReportWork extends DuckDbWork {
  /** Number of files of rows. */
  readonly files: number;
}

/** Computes reports over the generated facts of the benchmark, and counts their work. */
export interface CountedReports {
  /** The reports of `npm run bench`. */
  readonly shapes: readonly NamedReport[];
  /** The reports of `npm run bench:partials`. */
  readonly repeated: readonly NamedReport[];
  readonly engine: ReportEngine;
  /** An engine of which a slice has about this many facts. */
  engineWithSlices(sliceFacts: number): ReportEngine;
  /** A folder for partials, which is empty. */
  newPartials(): PartialFiles;
  /** Writes the rows of a report to files, as a worker does from its snapshot on. */
  write(request: QueryRequest, options?: ReportOptions): Promise<ReportWork>;
  close(): Promise<void>;
}

interface ReportOptions {
  readonly engine?: ReportEngine;
  readonly partials?: PartialFiles | null;
}

/** The benchmark is plain JavaScript without declarations. */
async function benchmarkModule<Module>(name: string): Promise<Module> {
  return (await import(new URL(`../../bench/${name}.mjs`, import.meta.url).href)) as Module;
}

interface SegmentsModule {
  readonly environmentId: number;
  readonly writeSegments: (options: {
    readonly directory: string;
    readonly rows: number;
    readonly segmentFacts: number;
    readonly threads: number;
    logProgress(): void;
  }) => Promise<readonly PlacedSegment[]>;
}

export async function openCountedReports(): Promise<CountedReports> {
  const [{ writeSegments, environmentId }, { shapes }, { partialReports }] = await Promise.all([
    benchmarkModule<SegmentsModule>('rivals/write-segments'),
    benchmarkModule<{ readonly shapes: readonly NamedReport[] }>('rivals/shapes'),
    benchmarkModule<{ readonly partialReports: readonly NamedReport[] }>('partials/partial-reports'),
  ]);
  const folder = await temporaryFolder();
  const written = await writeSegments({
    ...{ directory: folder.path, rows: facts, segmentFacts, threads: 1 },
    logProgress() {},
  });
  const segments = written.map((segment) => ({ id: randomUUID(), segment }));
  const observer = observeDuckDb(path.join(folder.path, 'profile.json'));
  const engineWith = (options: Partial<DuckDbEngineOptions>) =>
    createDuckDbEngine({
      ...{ directory: folder.path, memoryMb: 512, threads: 1, maxConcurrentRuns: 1, sampleFacts },
      ...options,
    });
  const engine = engineWith({});

  async function taskOf(request: QueryRequest, options: ReportOptions): Promise<EngineTask> {
    const tenant = { organization: 'acme', environment: 'prod', environmentId };
    const planned = planQuery(request, { catalogue, dataset: 'api', tenant, nowMs: 0 });
    if (!planned.ok) throw new Error(`the report is invalid: ${JSON.stringify(planned.faults)}`);
    const { startMs, endExclusiveMs } = planned.plan.range;
    // As a snapshot lists them.
    const inRange = segments.filter(
      ({ segment }) => segment.lastMs >= startMs && segment.firstMs < endExclusiveMs,
    );
    const snapshot = {
      ...{ hot: [], expiredBeforeMs: null },
      segments: inRange.map(({ segment }) => segment),
      ids: inRange.map(({ id }) => id),
    };
    const { partials = null, engine: used = engine } = options;
    return taskOverPartials(snapshot, planned.plan, { parent: folder.path, partials, engine: used });
  }

  return {
    ...{ shapes, repeated: partialReports, engine },
    engineWithSlices: (sliceFacts) => engineWith({ sliceFacts }),
    newPartials: () =>
      createPartialFiles({
        ...{ directory: path.join(folder.path, randomUUID()), maxBytes: 2 ** 30, minFacts: 1 },
        onFault(error) {
          throw error;
        },
      }),
    async write(request, options = {}) {
      const task = await taskOf(request, options);
      let files = 0;
      const work = await observer.during(async () => {
        for await (const _file of (options.engine ?? engine).writeRows(task)) files += 1;
      });
      return { ...work, files };
    },
    async close() {
      observer.end();
      await folder.remove();
    },
  };
}
