import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect } from 'vitest';
import { openDatabase, type Database } from '@hourglass/database';
import {
  createDuckDbEngine,
  createFactCounter,
  createNdjsonEncoder,
  createSegmentWriter,
} from '@hourglass/engine-duckdb';
import {
  acceptBatch,
  deleteBatch,
  deleteFactRange,
  mergeSegments,
  previewFactRange,
  previewRetention,
  rewriteSegments,
  sealFacts,
  sweepSegments,
  type SegmentObjects,
} from '@hourglass/facts';
import { createPartialFiles, createSegmentFiles, openObjectStore } from '@hourglass/object-store';
import { bindPlan, catalogue, factsTarget, type Plan, type Tenant } from '@hourglass/query';
import { createSemaphore } from '@hourglass/reports';
import {
  connectDatabase,
  createTestDatabase,
  createTestAdmin,
  temporaryFolder,
  unlimitedBatchSpace,
  testAudit as audit,
} from '@hourglass/testing';
import type { Command, Days, Deletion, Move } from './removal-commands.ts';
import { expectReportsOverPartials, prepare } from './reports-over-partials.ts';

const dayMs = 86_400_000;
const signal = new AbortController().signal;
const api = catalogue.get('api');
if (api === undefined) throw new Error('no dataset');
const apiTarget = factsTarget(api);
const neverDue = 3_600_000;

interface ModelFact {
  readonly id: string;
  readonly batch: bigint;
  /** In days, with half a day. */
  readonly age: number;
}

interface PartialCounts {
  /** Reports that partials might answer. */
  reports: number;
  /** Partials that were computed in advance. */
  prepared: number;
  /** Reports that read partials. */
  overPartials: number;
}

/** The facts that reports must contain, kept independently of the database. */
class Model {
  facts: readonly ModelFact[] = [];
  batches: readonly bigint[] = [];
  retentionDays = Infinity;

  get visible(): readonly ModelFact[] {
    return this.facts.filter((fact) => fact.age < this.retentionDays);
  }
}

export interface RemovalWorld {
  readonly counts: PartialCounts;
  /** Runs the commands in an environment of its own, and checks every report in between. */
  run(commands: readonly Command[]): Promise<void>;
  close(): Promise<void>;
}

export async function openRemovalWorld(): Promise<RemovalWorld> {
  const [created, folder] = await Promise.all([createTestDatabase(), temporaryFolder()]);
  const database = openDatabase({ as: 'owner', url: created.url, poolSize: 8 });
  const sql = await connectDatabase(created.url);
  const admin = createTestAdmin(sql);
  await admin.createOrganization('acme');
  const counts: PartialCounts = { reports: 0, prepared: 0, overPartials: 0 };
  const parts = { ...(await openParts(folder.path)), counts };
  return {
    counts,
    async run(list) {
      const tenant = await admin.createEnvironment({ organization: 'acme', name: `env-${randomUUID()}` });
      const environment = new Environment({ database, sql, tenant, ...parts });
      for (const one of list) await environment.apply(one);
      await environment.expectNothingHiddenIsLeft();
    },
    async close() {
      await sql.end();
      await database.close();
      await created.drop();
      await folder.remove();
    },
  };
}

async function openParts(directory: string) {
  const store = { folder: path.join(directory, 'store'), s3: null };
  const objects = await openObjectStore(store);
  const scratchDirectory = path.join(directory, 'scratch');
  await mkdir(scratchDirectory, { recursive: true });
  const cache = { directory: path.join(directory, 'cache'), maxBytes: 1e9 };
  const semaphore = createSemaphore(1);
  const engineOptions = { directory: scratchDirectory, memoryMb: 128 };
  return {
    objects,
    scratchDirectory,
    segmentFiles: createSegmentFiles(store, { objects, cache }),
    writer: createSegmentWriter({ memoryMb: 128, threads: 1, maxPartialRowsPerFact: Infinity }),
    partials: createPartialFiles({
      ...{ directory: path.join(directory, 'partials'), maxBytes: 1e9, minFacts: 1 },
      onFault(error: unknown) {
        throw error;
      },
    }),
    encoder: createNdjsonEncoder({ ...engineOptions, semaphore }),
    counter: createFactCounter({ ...engineOptions, semaphore }),
    engine: createDuckDbEngine({
      ...{ ...engineOptions, threads: 1, maxConcurrentRuns: 1, maxPartialRowsPerFact: Infinity },
    }),
  };
}

interface Parts extends Awaited<ReturnType<typeof openParts>> {
  readonly database: Database;
  readonly sql: Awaited<ReturnType<typeof connectDatabase>>;
  readonly tenant: Tenant;
  readonly counts: PartialCounts;
}

class Environment {
  private readonly model = new Model();
  private readonly nowMs = Date.now();
  private readonly parts: Parts;
  private during: Deletion | null = null;

  constructor(parts: Parts) {
    this.parts = parts;
  }

  async apply(one: Command): Promise<void> {
    const { counts } = this.parts;
    if (one.kind === 'ingest') await this.ingest(one.ages);
    else if (one.kind === 'sweep') await this.sweep();
    else if (one.kind === 'prepare') counts.prepared += await prepare(this.parts);
    else if ('during' in one) await this.moveWhile(one.kind, one.during);
    else await this.delete(one);
    await this.expectReport();
    // The next command may compute the partials of such a batch in advance.
    if (one.kind === 'ingest' && one.ages.length % 2 === 1) return;
    const { reports, overPartials } = await expectReportsOverPartials(this.parts, this.visibleFacts);
    counts.reports += reports;
    counts.overPartials += overPartials;
  }

  private get visibleFacts() {
    return this.model.visible.map(({ id, age: days }) => ({ id, timestampMs: this.nowMs - days * dayMs }));
  }

  private async moveWhile(kind: Move, during: Deletion | null): Promise<void> {
    this.during = during;
    await this.move(kind);
    this.during = null;
  }

  /** Moves everything, so that what is stored must be what is visible. */
  async expectNothingHiddenIsLeft(): Promise<void> {
    for (const kind of ['seal', 'rewrite'] as const) await this.move(kind);
    await this.sweep();
    await this.expectReport();
    const { database, tenant, objects } = this.parts;
    const { segments } = await database.segments.listLive(this.owner);
    expect(segments.flatMap(({ deletions }) => deletions)).toEqual([]);
    expect(segments.reduce((sum, { facts }) => sum + facts, 0)).toBe(this.model.visible.length);
    const rows = await this.parts.sql.sql<{ key: string }>(
      'select object_key as key from segments where environment_id = $1',
      [tenant.environmentId],
    );
    expect(rows.map(({ key }) => key).toSorted()).toEqual(segments.map(({ key }) => key).toSorted());
    for (const { key, bytes } of segments) {
      const object = await objects.read(key);
      if (object === null) throw new Error(`${key} is missing`);
      const stored = await buffer(object);
      expect(stored.length).toBe(bytes);
    }
  }

  private get owner() {
    return { environmentId: this.parts.tenant.environmentId, dataset: 'api' };
  }

  /** Batches of more than four facts bypass the hot table. */
  private async ingest(ages: Days): Promise<void> {
    const { database, tenant, encoder, objects, scratchDirectory } = this.parts;
    const id = randomUUID();
    const facts = ages.map((days, index) => ({ id: `${id}-${index}`, age: days + 0.5 }));
    const lines = facts.map((fact) => {
      const timestamp = this.nowMs - fact.age * dayMs;
      return `${JSON.stringify({ timestamp, request_path: fact.id })}\n`;
    });
    async function* body() {
      yield Buffer.from(lines.join(''));
    }
    const result = await acceptBatch(body(), {
      identity: { environmentId: tenant.environmentId, target: apiTarget, id },
      store: database.facts(audit),
      bulk: { encoder, segments: database.segments, objects, maxHotRows: 4 },
      ...unlimitedBatchSpace(scratchDirectory),
      onError: 'refuse',
      times: { earliestMs: 0, latestMs: this.nowMs },
      signal,
    });
    expect(result.kind).toBe('accepted');
    const [row] = await this.parts.sql.sql<{ seq: string }>('select seq from batches where id = $1', [id]);
    const batch = BigInt(row?.seq ?? -1);
    const { model } = this;
    model.batches = [...model.batches, batch];
    model.facts = [...model.facts, ...facts.map((fact) => ({ ...fact, batch }))];
  }

  private async move(kind: Move): Promise<void> {
    const { database, segmentFiles, writer, scratchDirectory: directory } = this.parts;
    const { place } = segmentFiles;
    const ports = {
      segments: database.segments,
      writer,
      objects: this.interruptedObjects(),
      place,
      crashPoint: () => {},
      onRemoved: () => {},
    };
    const task = { directory, signal };
    if (kind === 'seal') {
      const terms = { minFacts: 1, maxAgeMs: neverDue, maxFacts: 20 };
      await sealFacts(ports, { ...task, terms });
    } else if (kind === 'merge') {
      await mergeSegments(ports, { ...task, terms: { targetFacts: 40, minSegments: 2 } });
    } else {
      // The database rounds to milliseconds, so a time written now may be in the next one.
      await rewriteSegments(ports, { ...task, terms: { deletedForMs: -1, expiredForMs: 0 }, limit: 1_000 });
    }
  }

  /** Deletes facts after they were copied and before their new segment goes live. */
  private interruptedObjects(): SegmentObjects {
    const { objects } = this.parts;
    return {
      putFile: async (...file) => {
        const stored = await objects.putFile(...file);
        const { during } = this;
        this.during = null;
        if (during !== null) await this.delete(during);
        return stored;
      },
      delete: (key) => objects.delete(key),
    };
  }

  private async sweep(): Promise<void> {
    const { database, objects } = this.parts;
    const terms = { retiredForMs: -1, incomingForMs: neverDue, limit: 1_000 };
    await sweepSegments({ segments: database.segments, objects, onRemoved: () => {} }, terms);
  }

  private async delete(one: Deletion): Promise<void> {
    const { database, segmentFiles, counter, scratchDirectory, tenant, sql } = this.parts;
    const deletions = database.deletions(audit);
    const ports = { deletions, place: segmentFiles.place, counter, scratchDirectory };
    const { model } = this;
    const onUncounted = (error: unknown) => {
      throw error;
    };
    if (one.kind === 'batch') {
      const seq = model.batches[one.index % Math.max(1, model.batches.length)];
      if (seq === undefined) return;
      const expected = { kind: 'deleted', facts: model.visible.filter(({ batch }) => batch === seq).length };
      const batch = { environmentId: tenant.environmentId, seq };
      for (const isDryRun of [true, false])
        expect(await deleteBatch({ ...ports, onUncounted }, batch, { isDryRun, signal })).toEqual(expected);
      model.batches = model.batches.filter((batch) => batch !== seq);
      model.facts = model.facts.filter(({ batch }) => batch !== seq);
    } else if (one.kind === 'range') {
      const range = {
        startMs: this.nowMs - one.oldest * dayMs,
        endExclusiveMs: this.nowMs - one.youngest * dayMs,
      };
      const isDeleted = (fact: ModelFact) => fact.age < one.oldest && fact.age > one.youngest;
      const preview = await previewFactRange(ports, this.owner, range, signal);
      const { facts } = await deleteFactRange({ ...ports, onUncounted }, this.owner, range, signal);
      expect([preview.facts, facts]).toEqual(Array(2).fill(model.visible.filter(isDeleted).length));
      model.facts = model.facts.filter((fact) => !isDeleted(fact));
    } else {
      // A longer retention would show facts again that are still in the store.
      const days = Math.min(one.days, model.retentionDays);
      const removes = await previewRetention(ports, tenant.environmentId, days, signal);
      const before = model.visible.length;
      model.retentionDays = days;
      expect(removes.facts).toBe(before - model.visible.length);
      expect(removes.bytes > 0).toBe(removes.facts > 0);
      await sql.sql('update environments set retention_days = $1 where id = $2', [
        days,
        tenant.environmentId,
      ]);
    }
  }

  private async expectReport(): Promise<void> {
    const { database, segmentFiles, engine, scratchDirectory, tenant } = this.parts;
    const directory = path.join(scratchDirectory, randomUUID());
    await mkdir(directory);
    const boundPlan = bindPlan(this.planOfEverything(tenant), catalogue);
    const target = { directory, signal, timeoutMs: 60_000 };
    const snapshot = await database.factSource.snapshot(boundPlan, target);
    const paths = await segmentFiles.place(snapshot.segments, {
      ...target,
      environmentId: tenant.environmentId,
    });
    const segments = snapshot.segments.map((segment, index) => ({ ...segment, path: paths[index] ?? '' }));
    const facts = { ...snapshot, segments };
    const found: string[] = [];
    for await (const { columns } of engine.run({ ...boundPlan, facts, directory, signal }))
      found.push(...(columns[0] ?? []).map(String));
    expect(found.toSorted()).toEqual(this.model.visible.map(({ id }) => id).toSorted());
  }

  private planOfEverything(tenant: Tenant): Plan {
    return {
      version: 1,
      dataset: 'api',
      tenant,
      range: { startMs: this.nowMs - 1_000 * dayMs, endExclusiveMs: this.nowMs + dayMs },
      timeUnit: null,
      metrics: [],
      dimensions: ['request_path'],
      filter: null,
      limitRows: null,
      output: { format: 'json' },
    };
  }
}
