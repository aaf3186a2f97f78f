import { describe, expect, test } from 'vitest';
import { bindPlan, catalogue, type Plan, type StoredSegment } from '@hourglass/query';
import { computeRows } from '../../src/queries/compute-rows.ts';
import type { Claim } from '../../src/queries/query-store.ts';
import type { RowFile } from '../../src/queries/report-engine.ts';
import type { RunQueryPorts } from '../../src/queries/run-query-ports.ts';
import { ServiceUnavailable } from '../../src/service-unavailable.ts';

const plan: Plan = {
  ...{ version: 1, dataset: 'api', timeUnit: null, metrics: [], dimensions: [], filter: null },
  ...{ tenant: { organization: 'acme', environment: 'prod', environmentId: 7 }, limitRows: null },
  ...{ range: { startMs: 0, endExclusiveMs: 3_600_000 }, output: { format: 'json' } },
};
const claim = { id: 'query', attempt: 1, plan } as unknown as Claim;
const snapshot = {
  ...{ hotFactsPath: '', hotRows: 5, segments: [], expiredBeforeMs: null, watermark: null },
  takenAt: new Date(0),
};
const segment: StoredSegment = {
  ...{ id: 'one', key: 'segments/7/api/one.parquet', bytes: 10, sha256: '', etag: 'aa', facts: 1 },
  ...{ firstMs: 0, lastMs: 1, columns: [], deletions: [] },
};
const away = new ServiceUnavailable('cluster', new Error('nothing listens'));

async function* file(path: string): AsyncGenerator<RowFile, void> {
  yield await Promise.resolve({ path, rows: 1 });
}

/** Computes a report with a cluster that does not answer, or that does. */
async function computed(
  options: {
    readonly engine?: 'auto' | 'clickhouse';
    readonly answers?: boolean;
    readonly counts?: () => Promise<void>;
    readonly format?: 'json' | 'parquet';
    readonly deletions?: number;
  } = {},
) {
  const { engine = 'auto', answers = false, counts = () => Promise.resolve(), format = 'json' } = options;
  const deletions = Array.from({ length: options.deletions ?? 0 }, (_, batch) => ({
    batchSeq: String(batch),
  }));
  let counted = 0;
  const warnings: string[] = [];
  const check = () =>
    answers ? Promise.resolve({ name: 'ClickHouse', version: '26.7' }) : Promise.reject(away);
  const ports = {
    segmentFiles: { place: () => Promise.resolve(['one']) },
    partials: null,
    engine: {
      identity: { name: 'DuckDB', version: '1' },
      writeRows: () => file('here'),
      writeHotFacts: () => Promise.resolve(null),
      writeParquet: ({ shown }: { shown: AsyncGenerator<RowFile, void> }) => parquetOf(shown),
    },
    objects: {
      delete: () => Promise.resolve(),
      stat: () => Promise.resolve({ bytes: segment.bytes, etag: segment.etag }),
    },
    cluster: {
      engine: { check, writeRows: () => file('cluster') },
      settings: { engine, hasCluster: true, clusterMinFacts: 1 },
      countFallback: () => {
        counted += 1;
        return counts();
      },
    },
    log: { info: () => {}, warn: (_: object, message: string) => warnings.push(message) },
  } as unknown as RunQueryPorts;
  const { rows, engine: identity } = await computeRows(claim, ports, {
    boundPlan: bindPlan({ ...plan, output: { format } }, catalogue),
    snapshot: { ...snapshot, segments: [{ ...segment, deletions }] },
    ...{ directory: '', signal: new AbortController().signal },
    ...{ onCollected: () => {}, onProgress: () => {} },
  });
  const files: string[] = [];
  for await (const { path } of rows) files.push(path);
  return { engine: identity.name, files, counted, warnings };
}

async function* parquetOf(shown: AsyncGenerator<RowFile, void>): AsyncGenerator<RowFile, void> {
  for await (const { path, rows } of shown) yield { path: `parquet of ${path}`, rows };
}

describe('a report for the cluster', () => {
  test('is computed here, warned of and counted when the cluster is away', async () => {
    expect(await computed()).toEqual({
      engine: 'DuckDB',
      files: ['here'],
      counted: 1,
      warnings: ['the cluster is not available; the report is computed here'],
    });
  });

  test('is computed here even if the fallback cannot be counted', async () => {
    const counts = () => Promise.reject(new ServiceUnavailable('database', new Error('away')));
    const { files, warnings } = await computed({ counts });
    expect(files).toEqual(['here']);
    expect(warnings).toContain('the fallback could not be counted');
  });

  test('is not computed here when the settings select the cluster', async () => {
    await expect(computed({ engine: 'clickhouse' })).rejects.toBe(away);
  });

  test('has the files of the cluster, and counts nothing', async () => {
    expect(await computed({ answers: true })).toMatchObject({
      engine: 'ClickHouse',
      files: ['cluster'],
      counted: 0,
    });
  });

  test('is computed here when segments have too many deletions', async () => {
    const { files } = await computed({ answers: true, deletions: 1_000 });
    expect(files).toEqual(['cluster']);
    expect(await computed({ answers: true, deletions: 1_001 })).toMatchObject({
      files: ['here'],
      counted: 0,
    });
  });

  test('has files of Parquet that are written here from the rows of the cluster', async () => {
    expect(await computed({ answers: true, format: 'parquet' })).toMatchObject({
      engine: 'ClickHouse',
      files: ['parquet of cluster'],
    });
  });
});
