import { randomUUID } from 'node:crypto';
import type { EncodedRow, SegmentFile, SegmentOwner } from '@hourglass/facts';
import { bindPlan, catalogue, factsTarget, type Tenant } from '@hourglass/query';
import {
  connectDatabase,
  eventually,
  temporaryFolder,
  type TemporaryFolder,
  testAudit as audit,
} from '@hourglass/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { databaseWithTenant, planOf, type DatabaseWithTenant } from './database-with-tenant.ts';
import { api, encodedFact, encodedRows } from './encoded-facts.ts';

const hourMs = 3_600_000;
const startMs = Date.parse('2026-06-01T00:00:00.000Z');
const terms = { minFacts: 1, maxAgeMs: hourMs, maxFacts: 1_000 };
const signal = new AbortController().signal;
const hours = (first: number, endExclusive: number) => ({
  startMs: startMs + first * hourMs,
  endExclusiveMs: startMs + endExclusive * hourMs,
});

let db: DatabaseWithTenant;
let folder: TemporaryFolder;
let tenant: Tenant;
let owner: SegmentOwner;
beforeAll(async () => {
  [db, folder] = await Promise.all([databaseWithTenant(), temporaryFolder()]);
});
afterAll(async () => {
  await Promise.all([db.close(), folder.remove()]);
});
beforeEach(async () => {
  tenant = await db.admin.createEnvironment({ organization: 'acme', name: `env-${randomUUID()}` });
  owner = { environmentId: tenant.environmentId, dataset: 'api' };
});

/** One fact in each hour from `first` on. */
const facts = (first: number, count: number): EncodedRow[] =>
  Array.from({ length: count }, (_, index) =>
    encodedFact(new Date(startMs + (first + index) * hourMs).toISOString(), { apiproxy: 'a' }),
  );

async function store(rows: readonly EncodedRow[], id: string = randomUUID()): Promise<bigint> {
  const opened = await db.database.facts(audit).openBatch({
    environmentId: owner.environmentId,
    target: factsTarget(api),
    id,
    createdBy: 'ada',
  });
  if (!('writer' in opened)) throw new Error('the batch was accepted before');
  await opened.writer.write(encodedRows(rows));
  await opened.writer.commit({ accepted: rows.length, bodySha256: '' });
  return BigInt(opened.writer.batchSeq);
}

const fileOf = (first: number, count: number, facts = count): SegmentFile => ({
  path: '',
  bytes: 10,
  sha256: 'ab',
  facts,
  firstMs: startMs + first * hourMs,
  lastMs: startMs + (first + count - 1) * hourMs,
  columns: [{ name: 'batch_seq', type: 'integer' }],
});

async function copied() {
  const hot = await db.database.segments.oldestHotFacts(owner, terms);
  if (hot === null) throw new Error('no hot facts');
  const copy = await db.database.segments.copyHotFacts(hot, { path: `${folder.path}/hot.csv`, signal });
  if (copy === null) throw new Error('the facts have moved');
  return hot;
}

/** Seals all hot facts, which have one fact in each hour from `first` on. */
async function sealed(first: number): Promise<string> {
  const hot = await copied();
  const { id } = await db.database.segments.register(owner, fileOf(first, hot.facts));
  expect(await db.database.segments.seal(hot, id)).toBe(true);
  return id;
}

const snapshot = () =>
  db.database.factSource.snapshot(bindPlan(planOf(tenant), catalogue), {
    directory: folder.path,
    signal,
    timeoutMs: 60_000,
  });
const live = async () => (await db.database.segments.listLive(owner)).segments;
const environmentId = () => owner.environmentId;
const deleteBatch = (seq: bigint) => db.database.deletions(audit).deleteBatch(environmentId(), seq);
const deleteRange = (range: { startMs: number; endExclusiveMs: number }) =>
  db.database.deletions(audit).deleteRange(owner, range);

describe('a deleted batch', () => {
  test('is gone at once while it is hot, with its id free for another import', async () => {
    const [first] = [await store(facts(0, 3), 'import'), await store(facts(0, 2))];
    expect(await deleteBatch(first)).toMatchObject({ kind: 'deleted', found: { hotFacts: 3, segments: [] } });
    expect(await snapshot()).toMatchObject({ hotRows: 2 });
    expect(await deleteBatch(first)).toEqual({ kind: 'unknown' });
    await store(facts(0, 3), 'import');
    expect(await snapshot()).toMatchObject({ hotRows: 5 });
  });

  test('is noted in each segment that may hold its facts, and in no later one', async () => {
    const seq = await store(facts(0, 3));
    const id = await sealed(0);
    await store(facts(100, 1));
    const other = await sealed(100);
    expect(await deleteBatch(seq)).toMatchObject({
      kind: 'deleted',
      found: { hotFacts: 0, segments: [{ id }] },
    });
    await store(facts(0, 1));
    const later = await sealed(0);
    const deletions = new Map((await snapshot()).segments.map((one) => [one.id, one.deletions]));
    expect(deletions).toEqual(
      new Map([
        [id, [{ batchSeq: String(seq) }]],
        [other, []],
        [later, []],
      ]),
    );
  });

  test('of another environment, of records or of segments without batch numbers is left alone', async () => {
    const seq = await store(facts(0, 3));
    expect(await db.database.deletions(audit).deleteBatch(environmentId() + 1, seq)).toEqual({
      kind: 'unknown',
    });
    await sealed(0);
    await db.sql('update batches set sealed_with_seq = false');
    expect(await deleteBatch(seq)).toEqual({ kind: 'untraceable' });
    await db.sql(`update batches set dataset = 'orders.grants'`);
    expect(await deleteBatch(seq)).toEqual({ kind: 'records' });
    expect((await live()).map(({ deletions }) => deletions)).toEqual([[]]);
  });
});

describe('a deleted time range', () => {
  test('takes the hot facts of exactly this range, and the rest of their batches can be sealed', async () => {
    const [whole, some] = [await store(facts(2, 2)), await store(facts(0, 5))];
    expect(await deleteRange(hours(2, 4))).toMatchObject({ hotFacts: 4, segments: [] });
    expect(await snapshot()).toMatchObject({ hotRows: 3 });
    const hot = await copied();
    expect([hot.facts, hot.batchSeqs]).toEqual([3, [some]]);
    await sealed(0);
    expect(await deleteBatch(whole)).toMatchObject({ kind: 'deleted', found: { hotFacts: 0 } });
  });

  test('retires segments inside of it and is noted in those that it cuts', async () => {
    await store(facts(0, 4));
    const cut = await sealed(0);
    await store(facts(4, 2));
    const inside = await sealed(4);
    await store(facts(10, 2));
    const after = await sealed(10);
    const found = await deleteRange(hours(3, 10));
    expect(found.segments.map(({ id, deletions }) => [id, deletions])).toEqual([
      [cut, []],
      [inside, []],
    ]);
    expect((await live()).map(({ id, deletions }) => [id, deletions])).toEqual([
      [cut, [hours(3, 10)]],
      [after, []],
    ]);
  });
});

describe('deleted facts do not come back', () => {
  test('with a segment that was sealed from a copy made before', async () => {
    await store(facts(0, 3));
    const hot = await copied();
    await deleteRange(hours(0, 1));
    const { id } = await db.database.segments.register(owner, fileOf(0, 3));
    expect(await db.database.segments.seal(hot, id)).toBe(false);
    expect(await db.database.segments.copyHotFacts(hot, { path: `${folder.path}/hot.csv`, signal })).toBe(
      null,
    );
    expect(await snapshot()).toMatchObject({ hotRows: 2, segments: [] });
  });

  test('with a segment that was merged from files read before', async () => {
    await store(facts(0, 3));
    await sealed(0);
    const replaced = await live();
    await deleteRange(hours(0, 1));
    const { id: segmentId } = await db.database.segments.register(owner, fileOf(0, 3));
    const replacement = { owner, replaced, segmentId, removed: 0, expiredBeforeMs: null };
    expect(await db.database.segments.replace(replacement)).toBe(false);
    const again = { ...replacement, replaced: await live(), removed: 1 };
    expect(await db.database.segments.replace(again)).toBe(false);
    const { id: rest } = await db.database.segments.register(owner, fileOf(1, 2));
    expect(await db.database.segments.replace({ ...again, segmentId: rest })).toBe(true);
    expect((await live()).map(({ id, deletions }) => [id, deletions])).toEqual([[rest, []]]);
  });

  test('with a segment that goes live while the deletion waits for another transaction', async () => {
    const { id } = await db.database.segments.register(owner, fileOf(0, 3));
    const moving = await connectDatabase(db.url);
    await moving.sql('begin');
    await moving.sql('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
      `hourglass.facts.${owner.environmentId}.${owner.dataset}`,
    ]);
    await moving.sql(`update segments set state = 'live' where id = $1`, [id]);
    const deleting = deleteRange(hours(0, 1));
    await eventually('the deletion waits', async () => {
      const waiting = await db.sql(
        `select from pg_locks join pg_database on oid = database
          where datname = current_database() and locktype = 'advisory' and not granted`,
      );
      return waiting.length > 0 ? true : null;
    });
    await moving.sql('commit');
    await moving.end();
    expect((await deleting).segments.map((segment) => segment.id)).toEqual([id]);
    expect((await live()).map(({ deletions }) => deletions)).toEqual([[hours(0, 1)]]);
  });

  test('with a worker of the version before, which cannot retire a segment with deletions', async () => {
    await store(facts(0, 3));
    await sealed(0);
    await deleteRange(hours(0, 1));
    await expect(db.sql(`update segments set state = 'retired' where state = 'live'`)).rejects.toThrow(
      'segments_deletions_of_live_ones',
    );
  });
});
