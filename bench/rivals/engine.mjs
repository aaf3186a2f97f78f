import path from 'node:path';
import { createDuckDbEngine } from '@hourglass/engine-duckdb';
import { bindPlan, catalogue, planQuery } from '@hourglass/query';

/** Engine memory for queries at the worker's default settings, which keeps a third of it for a small query. */
const queryMemoryMb = Math.floor(1024 * 0.78);
const maxConcurrentRuns = 2;
/** Memory of one run. */
export const engineMemoryMb = Math.floor(queryMemoryMb / maxConcurrentRuns);

export function planOf(request, environmentId) {
  const tenant = { organization: 'demo', environment: 'prod', environmentId };
  const result = planQuery(request, { catalogue, dataset: 'api', tenant, nowMs: Date.now() });
  if (!result.ok) throw new Error(`a shape is not a valid request: ${JSON.stringify(result.faults)}`);
  return result.plan;
}

/** Selects the segments that a snapshot for the plan would list. */
export function segmentsInRange(segments, { range }) {
  return segments.filter(({ firstMs, lastMs }) => lastMs >= range.startMs && firstMs < range.endExclusiveMs);
}

/** Creates Hourglass's engine over files in `directory`, where it also spills. */
export function createReportEngine({ directory, threads }) {
  return createDuckDbEngine({ directory, memoryMb: queryMemoryMb, threads, maxConcurrentRuns });
}

/** Opens Hourglass's engine over segments in `directory`. */
export function openHourglassEngine({ directory, segments, environmentId, threads }) {
  const engine = createReportEngine({ directory, threads });
  return {
    name: 'Hourglass',
    async run({ request }) {
      const plan = planOf(request, environmentId);
      const facts = {
        hotFactsPath: path.join(directory, 'none.csv'),
        hotRows: 0,
        segments: segmentsInRange(segments, plan).map((segment) => ({ ...segment, deletions: [] })),
        expiredBeforeMs: null,
        watermark: null,
      };
      const batches = [];
      const { signal } = new AbortController();
      for await (const batch of engine.run({ ...bindPlan(plan, catalogue), facts, directory, signal }))
        batches.push(batch);
      return batches;
    },
    rowsOf: (batches) =>
      batches.flatMap(({ rowCount, columns }) =>
        Array.from({ length: rowCount }, (_, row) => columns.map((values) => values[row])),
      ),
    describe: async () => `Hourglass engine, ${threads} threads, ${engineMemoryMb} MiB per run`,
  };
}
