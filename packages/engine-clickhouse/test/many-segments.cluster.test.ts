import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDuckDbEngine } from '@hourglass/engine-duckdb';
import type { FactObject, FactObjects } from '@hourglass/reports';
import {
  eventually,
  startClickHouseCluster,
  temporaryFolder,
  type ClickHouseCluster,
  type TemporaryFolder,
} from '@hourglass/testing';
import { linesOf, planOf, startMs, taskOver } from '../../engine-duckdb/test/hot-facts-file.ts';
import { createClickHouseEngine } from '../src/index.ts';
import { startEqualObjects, type EqualObjects } from './equal-objects.ts';

const signal = new AbortController().signal;
/** More than the lists of ClickHouse and the fields of its forms take by default. */
const segments = 5_500;

describe('a report over thousands of segments', () => {
  let folder: TemporaryFolder;
  let store: EqualObjects;
  let cluster: ClickHouseCluster;
  let task: Awaited<ReturnType<typeof taskOver>>;
  beforeAll(async () => {
    folder = await temporaryFolder();
    const facts = [{ environment_id: 7, timestamp: startMs, apiproxy: 'a', message_count: 1 }];
    task = await taskOver(facts, { plan: planOf(), directory: folder.path, signal });
    const duckdb = createDuckDbEngine({
      ...{ directory: folder.path, memoryMb: 256, threads: 1, maxConcurrentRuns: 1 },
    });
    const written = await duckdb.writeHotFacts({ ...task, signal });
    store = await startEqualObjects(await readFile(written?.path ?? ''));
    cluster = await startClickHouseCluster(2, store);
  }, 600_000);
  afterAll(async () => {
    await cluster.stop();
    store.stop();
    await folder.remove();
  });

  const objectsOf = (deletions: (index: number) => FactObject['deletions']): FactObjects => ({
    ...task.facts,
    objects: Array.from({ length: segments }, (_, index) => ({
      ...{ key: `segments/7/api/${randomUUID()}.parquet`, facts: 1, firstMs: startMs, lastMs: startMs },
      deletions: deletions(index),
    })),
  });

  test.each([
    { name: 'without deletions', deletions: () => [], calls: segments },
    {
      name: 'each with one of 20 deletions, of which half hide a fact',
      deletions: (index: number) => [
        { startMs: startMs + (index % 2), endExclusiveMs: startMs + 1_000 + (index % 20) },
      ],
      calls: segments / 2,
    },
  ])('has the facts of all: $name', async ({ deletions, calls }) => {
    const engine = createClickHouseEngine({ ...cluster.options, memoryMb: 1024, timeoutMs: 300_000 });
    const facts = objectsOf(deletions);
    const { text } = await eventually('the cluster answers', async () =>
      linesOf(engine.writeRows({ ...task, facts, directory: folder.path, signal })),
    );
    await engine.close();
    expect(text).toBe(`{"calls":"${calls}","apiproxy":"a"}\n`);
  });
});
