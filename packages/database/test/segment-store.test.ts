import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { EncodedRow, HotFacts, SegmentFile, SegmentOwner } from '@hourglass/facts';
import { bindPlan, catalogue, factsTarget } from '@hourglass/query';
import { openDatabase } from '../src/index.ts';
import { temporaryFolder, type TemporaryFolder, testAudit as audit, testEvent } from '@hourglass/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  databaseWithTenant,
  planOf,
  submittedQuery,
  type DatabaseWithTenant,
} from './database-with-tenant.ts';
import { api, encodedFact, encodedRows } from './encoded-facts.ts';

/** The database rounds to milliseconds, so a time written now may be in the next one. */
const atOnceMs = -1;
const never = new AbortController().signal;
const terms = { minFacts: 100, maxAgeMs: 3_600_000, maxFacts: 1_000 };
const claimTerms = { leaseMs: 60_000, maxAttempts: 5, timeoutMs: 3_600_000 };

let db: DatabaseWithTenant;
let folder: TemporaryFolder;
let owner: SegmentOwner;
beforeEach(async () => {
  [db, folder] = await Promise.all([databaseWithTenant(), temporaryFolder()]);
  owner = { environmentId: db.tenant.environmentId, dataset: 'api' };
});
afterEach(async () => {
  await Promise.all([db.close(), folder.remove()]);
});

const june = '2026-06-01T00:00:00.000Z';
const facts = (count: number, time = june): EncodedRow[] =>
  Array.from({ length: count }, (_, index) => encodedFact(time, { apiproxy: `p${index}` }));

async function openedWriter() {
  const opened = await db.database.facts(audit).openBatch({
    environmentId: owner.environmentId,
    target: factsTarget(api),
    id: randomUUID(),
  });
  if (!('writer' in opened)) throw new Error('the batch was accepted before');
  return opened.writer;
}

async function store(rows: readonly EncodedRow[]): Promise<void> {
  const writer = await openedWriter();
  await writer.write(encodedRows(rows));
  await writer.commit({ accepted: rows.length, bodySha256: '' });
}

async function hotFacts(): Promise<HotFacts> {
  const hot = await db.database.segments.oldestHotFacts(owner, terms);
  if (hot === null) throw new Error('no hot facts');
  return hot;
}

function fileOf(count: number, days = 0): SegmentFile {
  const firstMs = Date.parse(june) + days * 86_400_000;
  const columns = [{ name: 'apiproxy', type: 'text' as const }];
  return { path: '', bytes: 10, sha256: 'ab', facts: count, firstMs, lastMs: firstMs + 1_000, columns };
}

async function liveSegment(count: number, days = 0): Promise<string> {
  const { id } = await db.database.segments.register(owner, fileOf(count, days));
  const writer = await openedWriter();
  await writer.commit({ accepted: count, bodySha256: '', segmentIds: [id] });
  return id;
}

const liveIds = async () => (await db.database.segments.listLive(owner)).segments.map(({ id }) => id);

/** Replaces live segments as they are now. */
async function replace(ids: readonly string[], segmentId: string): Promise<boolean> {
  const { segments } = await db.database.segments.listLive(owner);
  const replaced = segments.filter(({ id }) => ids.includes(id));
  return db.database.segments.replace({ owner, replaced, segmentId, removed: 0, expiredBeforeMs: null });
}

const snapshot = () =>
  db.database.factSource.snapshot(bindPlan(planOf(db.tenant), catalogue), {
    directory: folder.path,
    signal: never,
    timeoutMs: 60_000,
  });

describe('hot facts', () => {
  test('are due by number or age, and are selected in whole batches up to a limit', async () => {
    const { segments } = db.database;
    await store(facts(60));
    expect(await segments.listDue(terms)).toEqual([]);
    await store(facts(40));
    expect(await segments.listDue(terms)).toEqual([owner]);
    expect(await segments.listDue({ ...terms, minFacts: 101 })).toEqual([]);
    await db.sql(`update batches set created_at = now() - interval '2 hours' where accepted = 60`);
    expect(await segments.listDue({ ...terms, minFacts: 101 })).toEqual([owner]);

    const upTo = async (maxFacts: number) =>
      (await segments.oldestHotFacts(owner, { ...terms, maxFacts }))?.facts;
    // A batch above the limit is selected alone.
    expect([await upTo(10), await upTo(60), await upTo(99), await upTo(100)]).toEqual([60, 60, 60, 100]);
  });

  test('are not selected before their commit, and records never are', async () => {
    const writer = await openedWriter();
    await writer.write(encodedRows(facts(500)));
    expect(await db.database.segments.oldestHotFacts(owner, terms)).toBe(null);
    await writer.rollback();
    await db.sql(
      `insert into batches (environment_id, dataset, id, accepted, body_sha256, created_at)
       values ($1, 'orders.grants', 'records', 1000, '', now() - interval '1 year')`,
      [owner.environmentId],
    );
    expect(await db.database.segments.listDue(terms)).toEqual([]);
  });

  test('are copied with the columns that have a value in any fact', async () => {
    const field = await db.database.customFields.declare(
      db.tenant,
      { dataset: 'api', name: 'dc_plan', type: 'STRING', description: null },
      10,
      audit,
    );
    if (field.kind !== 'declared') throw new Error(field.kind);
    const { id } = field.field;
    await store([
      encodedFact(june, { apiproxy: 'a,"b"', custom_fields: `{"${id}":"gold"}` }),
      encodedFact(june, { total_response_time: 7 }),
    ]);
    // Earlier queries may still read it.
    await db.database.customFields.delete(db.tenant, { dataset: 'api', name: 'dc_plan' }, testEvent);
    const file = path.join(folder.path, 'hot.csv');
    const copied = await db.database.segments.copyHotFacts(await hotFacts(), { path: file, signal: never });
    expect(copied).toEqual({
      facts: 2,
      columns: [
        { name: 'environment_id', type: 'integer' },
        { name: 'timestamp', type: 'timestamp' },
        { name: 'batch_seq', type: 'integer' },
        expect.objectContaining({ name: 'apiproxy', type: 'text' }),
        expect.objectContaining({ name: 'total_response_time', type: 'integer' }),
        { name: `custom_${id}`, type: 'text', customFieldId: id },
      ],
    });
    const [header, ...lines] = (await readFile(file, 'utf8')).trimEnd().split('\n');
    expect(header).toBe(`environment_id,timestamp,batch_seq,apiproxy,total_response_time,custom_${id}`);
    expect(lines.sort()).toEqual([
      `${owner.environmentId},2026-06-01 00:00:00,1,"a,""b""",,gold`,
      `${owner.environmentId},2026-06-01 00:00:00,1,,7,`,
    ]);
  });
});

describe('a fact is in one place', () => {
  test('sealing removes exactly the selected batches from the hot table', async () => {
    await store(facts(3));
    const hot = await hotFacts();
    await store(facts(5));
    const { id, key } = await db.database.segments.register(owner, fileOf(3));
    expect(key).toBe(`segments/${owner.environmentId}/api/${id}.parquet`);
    expect(await snapshot()).toMatchObject({ hotRows: 8, segments: [] });
    expect(await db.database.segments.seal(hot, id)).toBe(true);
    expect(await snapshot()).toMatchObject({ hotRows: 5, segments: [{ id, key, facts: 3, bytes: 10 }] });
  });

  test('of two concurrent seals of the same batches one succeeds and the other changes nothing', async () => {
    await store(facts(3));
    const hot = await hotFacts();
    const two = await Promise.all([1, 2].map(() => db.database.segments.register(owner, fileOf(3))));
    const sealed = await Promise.all(two.map(({ id }) => db.database.segments.seal(hot, id)));
    expect(new Set(sealed)).toEqual(new Set([true, false]));
    const { hotRows, segments } = await snapshot();
    expect([hotRows, segments.map(({ id }) => id)]).toEqual([0, [two[sealed.indexOf(true)]?.id]]);
  });

  test('an abandoned segment never goes live', async () => {
    await store(facts(3));
    const hot = await hotFacts();
    const { id } = await db.database.segments.register(owner, fileOf(3));
    expect(await db.database.segments.retireAbandoned(atOnceMs)).toBe(1);
    expect(await db.database.segments.seal(hot, id)).toBe(false);
    expect(await snapshot()).toMatchObject({ hotRows: 3, segments: [] });
  });

  test('a batch with its segments becomes visible completely or not at all', async () => {
    const { id } = await db.database.segments.register(owner, fileOf(7));
    const writer = await openedWriter();
    expect(await snapshot()).toMatchObject({ segments: [], watermark: null });
    await writer.commit({ accepted: 7, bodySha256: '', segmentIds: [id] });
    expect(await snapshot()).toMatchObject({ hotRows: 0, segments: [{ id, facts: 7 }] });
    expect(await db.database.segments.oldestHotFacts(owner, terms)).toBe(null);
    const again = await openedWriter();
    await expect(again.commit({ accepted: 7, bodySha256: '', segmentIds: [id] })).rejects.toThrow(
      'expected 1',
    );
    await again.rollback();
  });

  test('merging replaces segments atomically, unless one was replaced meanwhile or facts would be lost', async () => {
    const { segments } = db.database;
    const [a, b, c] = [await liveSegment(1), await liveSegment(2), await liveSegment(4)];
    const merged = async (count: number) => (await segments.register(owner, fileOf(count))).id;
    expect(await replace([a, b], await merged(2))).toBe(false);
    const ab = await merged(3);
    const bc = (await segments.listLive(owner)).segments.filter(({ id }) => id !== a);
    expect(await replace([a, b], ab)).toBe(true);
    const replacement = {
      owner,
      replaced: bc,
      segmentId: await merged(6),
      removed: 0,
      expiredBeforeMs: null,
    };
    expect(await segments.replace(replacement)).toBe(false);
    expect((await liveIds()).toSorted()).toEqual([ab, c].toSorted());
  });

  test("the owner's lock admits one worker per owner", async () => {
    const { segments } = db.database;
    const inside = await segments.withOwnerLock(owner, async () => [
      await segments.withOwnerLock(owner, () => Promise.resolve('second')),
      await segments.withOwnerLock({ ...owner, dataset: 'mint' }, () => Promise.resolve('other')),
    ]);
    expect(inside).toEqual([null, 'other']);
    expect(await segments.withOwnerLock(owner, () => Promise.resolve('later'))).toBe('later');
  });
});

describe('the owners with segments to merge', () => {
  test('are those with enough of them in a span of a year, or in one of twelve of the retention', async () => {
    const { segments } = db.database;
    for (const days of [0, 1, 2, 3]) await liveSegment(1, days);
    const mergeTerms = { targetFacts: 1_000, minSegments: 4 };
    expect(await segments.listMergeable(mergeTerms)).toEqual([owner]);
    await db.sql('update environments set retention_days = 12 where id = $1', [owner.environmentId]);
    expect(await segments.listMergeable(mergeTerms)).toEqual([]);
  });
});

describe('a snapshot', () => {
  test('lists the segments that overlap its range, oldest first', async () => {
    const inside = await liveSegment(1, 40);
    const first = await liveSegment(1);
    await liveSegment(1, 365);
    const end = Date.parse('2027-01-01T00:00:00Z');
    const days = (end - Date.parse(june)) / 86_400_000;
    await liveSegment(1, days);
    const last = await liveSegment(1, days - 1);
    const { segments } = await snapshot();
    expect(segments.map(({ id }) => id)).toEqual([first, inside, last]);
    expect(segments[0]).toMatchObject({ sha256: 'ab', columns: [{ name: 'apiproxy', type: 'text' }] });
  });
});

describe('a segment', () => {
  test('has the ETag that was recorded when it was stored, or none', async () => {
    const [stored, earlier] = [await liveSegment(1), await liveSegment(1, 1)];
    const { environmentId } = owner;
    await db.database.segments.recordEtag({ id: stored, environmentId }, 'aa-2');
    const { segments } = await snapshot();
    expect(segments.map(({ id, etag }) => [id, etag])).toEqual([
      [stored, 'aa-2'],
      [earlier, null],
    ]);
  });

  test('is retired when all of its facts exceed the retention of its environment or of the settings', async () => {
    const { segments } = db.database;
    const [old, young] = [await liveSegment(1, -10_000), await liveSegment(1)];
    expect(await segments.retireExpired()).toEqual([]);
    expect(await liveIds()).toEqual([old, young]);
    const defaulting = openDatabase({ as: 'owner', url: db.url, poolSize: 2, retentionDays: 3_650 });
    const removed = { environment: 'acme/prod', dataset: 'api', facts: 1 };
    expect(await defaulting.segments.retireExpired()).toEqual([{ ...removed, segment: old }]);
    await defaulting.close();
    expect(await liveIds()).toEqual([young]);
    await db.sql('update environments set retention_days = 1 where id = $1', [owner.environmentId]);
    await db.sql(`update segments set last_at = now() - interval '2 days' where id = $1`, [young]);
    expect(await segments.retireExpired()).toEqual([{ ...removed, segment: young }]);
    expect(await liveIds()).toEqual([]);
  });

  test('is gone once it is not live, also if it never was', async () => {
    const { segments } = db.database;
    const [a, b, c] = [await liveSegment(1), await liveSegment(1), await liveSegment(1)];
    const { id } = await segments.register(owner, fileOf(2));
    await replace([a, b], id);
    const unknown = randomUUID();
    const gone = await segments.goneSegments([a, b, c, id, unknown]);
    expect(gone.toSorted()).toEqual([a, b, unknown].toSorted());
  });

  test('is kept while a query runs that started before its retirement', async () => {
    const { segments, queries } = db.database;
    const [a, b] = [await liveSegment(1), await liveSegment(1)];
    const query = await submittedQuery(db);
    const claim = await queries.claim(query, claimTerms);
    const { id } = await segments.register(owner, fileOf(2));
    await replace([a, b], id);
    expect(await segments.listDeletable(atOnceMs, 10)).toEqual([]);
    // A start in the same millisecond may have been earlier than the retirement.
    await db.sql(
      'update segments set retired_at = (select started_at from queries where id = $1) where id = any($2)',
      [query, [a, b]],
    );
    expect(await segments.listDeletable(atOnceMs, 10)).toEqual([]);
    await queries.requeue(query, claim?.attempt ?? 0, { kind: 'released' });
    expect((await segments.listDeletable(atOnceMs, 10)).map((one) => one.id).toSorted()).toEqual(
      [a, b].toSorted(),
    );
    expect(await segments.listDeletable(60_000, 10)).toEqual([]);
    for (const one of [a, id]) await segments.unregister({ id: one, environmentId: db.tenant.environmentId });
    expect(await liveIds()).toEqual([id]);
    expect((await segments.listDeletable(atOnceMs, 10)).map((one) => one.id)).toEqual([b]);
  });
});
