import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'vitest';
import type { Database } from '@hourglass/database';
import { bindPlan, catalogue, type Plan, type Tenant } from '@hourglass/query';
import {
  placeSegments,
  preparePartials,
  type PartialFiles,
  type PartialWriter,
  type ReportEngine,
  type SegmentFiles,
} from '@hourglass/reports';

const dayMs = 86_400_000;
const signal = new AbortController().signal;

/** A fact that a report must contain. */
interface ExpectedFact {
  readonly id: string;
  readonly timestampMs: number;
}

export interface PartialParts {
  readonly database: Pick<Database, 'factSource' | 'segments'>;
  readonly segmentFiles: SegmentFiles;
  readonly partials: PartialFiles;
  readonly engine: ReportEngine;
  readonly writer: PartialWriter;
  readonly scratchDirectory: string;
  readonly tenant: Tenant;
}

interface Shape {
  readonly plan: Pick<Plan, 'timeUnit' | 'dimensions' | 'filter'>;
  /** The key of a fact's row, computed without the program. */
  readonly keyOf: (fact: ExpectedFact) => string;
  readonly isSelected: (fact: ExpectedFact) => boolean;
}

/** Ids begin with a hexadecimal digit: half of them is selected. */
const filteredFrom = '8';
const shapes: readonly Shape[] = [
  {
    plan: { timeUnit: 'day', dimensions: [], filter: null },
    keyOf: ({ timestampMs }) => `${new Date(timestampMs).toISOString().slice(0, 10)} 00:00:00 UTC`,
    isSelected: () => true,
  },
  {
    plan: { timeUnit: null, dimensions: ['request_path'], filter: null },
    keyOf: ({ id }) => id,
    isSelected: () => true,
  },
  {
    plan: {
      ...{ timeUnit: null, dimensions: [] },
      filter: { kind: 'compare', field: 'request_path', type: 'text', operator: 'ge', value: filteredFrom },
    },
    keyOf: () => '',
    isSelected: ({ id }) => id >= filteredFrom,
  },
];

/** Returns how many reports there were, and how many read partials. Each has to count exactly the facts of the model. */
export async function expectReportsOverPartials(
  parts: PartialParts,
  facts: readonly ExpectedFact[],
): Promise<{ readonly reports: number; readonly overPartials: number }> {
  let overPartials = 0;
  for (const shape of shapes) {
    const { found, readsPartials } = await readReport(parts, planOf(shape, parts.tenant));
    const expected = new Map<string, number>();
    for (const fact of facts.filter(shape.isSelected)) {
      const key = shape.keyOf(fact);
      expected.set(key, (expected.get(key) ?? 0) + 1);
    }
    expect(found).toEqual(expected);
    overPartials += readsPartials ? 1 : 0;
  }
  return { reports: shapes.length, overPartials };
}

async function readReport(
  { database, scratchDirectory, engine, ...parts }: PartialParts,
  plan: Plan,
): Promise<{ readonly found: ReadonlyMap<string, number>; readonly readsPartials: boolean }> {
  const directory = path.join(scratchDirectory, randomUUID());
  await mkdir(directory);
  const boundPlan = bindPlan(plan, catalogue);
  const target = { directory, signal, timeoutMs: 60_000 };
  const snapshot = await database.factSource.snapshot(boundPlan, target);
  const facts = await placeSegments(boundPlan, snapshot, { ...parts, engine }, target);
  const found = new Map<string, number>();
  for await (const { columns } of engine.run({ ...boundPlan, facts, directory, signal })) {
    const [counts = [], keys = []] = columns;
    // A sum of no facts is null.
    for (const [row, count] of counts.entries())
      if (count !== null) found.set(String(keys[row] ?? ''), Number(count));
  }
  return { found, readsPartials: (facts.partials?.covering.length ?? 0) > 0 };
}

/** Computes the partials that the next reports need, as a worker does. Returns their number. */
export async function prepare(parts: PartialParts): Promise<number> {
  const directory = path.join(parts.scratchDirectory, randomUUID());
  await mkdir(directory);
  const { database, segmentFiles, partials, writer } = parts;
  const ports = { catalogue, segments: database.segments, segmentFiles, partials, writer };
  return preparePartials(ports, { settled: new Set(), directory, signal, untilMs: Infinity });
}

function planOf({ plan }: Shape, tenant: Tenant): Plan {
  const today = Math.floor(Date.now() / dayMs);
  return {
    ...{ version: 1, dataset: 'api', tenant, output: { format: 'json' }, limitRows: null, ...plan },
    range: { startMs: (today - 1_000) * dayMs, endExclusiveMs: (today + 1) * dayMs },
    metrics: [{ metric: 'message_count', function: 'sum', alias: 'calls' }],
  };
}
