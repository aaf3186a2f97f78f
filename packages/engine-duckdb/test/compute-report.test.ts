import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder, type TemporaryFolder } from '@hourglass/testing';
import { computeReport, type Computation, type ComputedPart } from '../src/compute-report.ts';
import { createInstancePool } from '../src/instance-pool.ts';
import { planOf, taskOver } from './hot-facts-file.ts';

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

const outOfMemory = new Error('Out of Memory Error: could not allocate block');

/** Computes a report of one part, whose items `emit` yields. */
async function itemsOf(
  emit: (part: ComputedPart, attempt: number) => AsyncIterable<string>,
): Promise<string[]> {
  const limits = { memoryMb: 64, threads: 2, maxSpillMb: 1 };
  const pool = createInstancePool(folder.path, limits);
  const sizes = { sampleFacts: 1, sliceFacts: 1_000, parquetFileBytes: undefined, maxPartialRowsPerFact: 1 };
  const engine = { ...sizes, maxCoveringMs: 0, limits, pool };
  const { signal } = new AbortController();
  const task = await taskOver([], { plan: planOf(), directory: folder.path, signal });
  let attempts = 0;
  const computation: Computation<string> = {
    emit: (_, part) => emit(part, (attempts += 1)),
    maxCoveringMs: null,
  };
  const items: string[] = [];
  for await (const item of computeReport(task, engine, computation)) items.push(item);
  return items;
}

test('a part that is out of memory before its rows are yielded is computed again', async () => {
  const items = itemsOf(async function* (part, attempt) {
    if (attempt === 1) throw outOfMemory;
    yield `attempt ${attempt}`;
    await part.finish(1);
  });
  expect(await items).toEqual(['attempt 2']);
});

test('a part is never computed again after some of its rows were yielded', async () => {
  const seen: string[] = [];
  const items = itemsOf(async function* (part, attempt) {
    seen.push(`attempt ${attempt}`);
    yield 'first row';
    if (attempt === 1) throw outOfMemory;
    await part.finish(1);
  });
  await expect(items).rejects.toMatchObject({ failure: 'memory' });
  expect(seen).toEqual(['attempt 1']);
});
