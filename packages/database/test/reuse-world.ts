import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { BatchWriter, SegmentOwner } from '@hourglass/facts';
import {
  bindPlan,
  catalogue,
  factsTarget,
  type Plan,
  type StoredSegment,
  type Tenant,
} from '@hourglass/query';
import { reuseOf, type ClaimTerms } from '@hourglass/reports';
import { testAudit as audit, testEvent } from '@hourglass/testing';
import { expect } from 'vitest';
import { noLimits, planOf, type DatabaseWithTenant } from './database-with-tenant.ts';
import { api, encodedFact, encodedRows } from './encoded-facts.ts';
import { FactModel, type ModelFact } from './reuse-model.ts';
import { publication } from './query-attempts.ts';

const dayMs = 86_400_000;
const terms: ClaimTerms = { leaseMs: 600_000, maxAttempts: 100, timeoutMs: 3_600_000 };
const signal = new AbortController().signal;
const sealing = { minFacts: 1, maxAgeMs: 1, maxFacts: 1_000 };

interface OpenBatch {
  readonly writer: BatchWriter;
  readonly facts: readonly ModelFact[];
}

interface Run {
  readonly id: string;
  readonly attempt: number;
  readonly plan: Plan;
  /** The rows of its snapshot; null: not taken yet. */
  rows: string | null;
}

interface Waiting {
  readonly id: string;
  readonly plan: Plan;
  /** The version of the facts at its submission. */
  readonly version: number;
}

/** A step of an interleaving: an operation, and a number that chooses among what it can apply to. */
export type Step = readonly [operation: keyof Operations, choice: number];
type Operations = Pick<
  ReuseWorld,
  | 'openBatch'
  | 'commit'
  | 'rollback'
  | 'deleteBatch'
  | 'deleteRange'
  | 'setRetention'
  | 'purge'
  | 'seal'
  | 'merge'
  | 'submit'
  | 'claim'
  | 'readSnapshot'
  | 'complete'
  | 'runQuery'
  | 'cancel'
  | 'requeue'
  | 'fail'
  | 'expire'
>;

/**
 * One environment with its facts and queries in PostgreSQL, beside a model of the facts. Transactions of batches stay open
 * over other steps. Each result that a query shares is compared with the model.
 */
export class ReuseWorld {
  readonly #db: DatabaseWithTenant;
  readonly #tenant: Tenant;
  readonly #owner: SegmentOwner;
  readonly #directory: string;
  readonly #nowMs = Date.now();
  readonly #facts: FactModel;
  readonly #plans: readonly Plan[];
  #open: OpenBatch[] = [];
  #runs: Run[] = [];
  readonly #waiting = new Map<string, Waiting>();
  /** Rows by archive key. */
  readonly #archives = new Map<string, string>();
  /** Results that were shared and compared. */
  shared = 0;

  constructor(db: DatabaseWithTenant, tenant: Tenant, directory: string) {
    this.#db = db;
    this.#tenant = tenant;
    this.#owner = { environmentId: tenant.environmentId, dataset: api.name };
    this.#directory = directory;
    this.#facts = new FactModel();
    this.#plans = [100, 5].map((days) => ({
      ...planOf(tenant),
      range: { startMs: this.#nowMs - days * dayMs, endExclusiveMs: this.#nowMs + dayMs },
    }));
  }

  async run(steps: readonly Step[]): Promise<void> {
    for (const [operation, choice] of steps) await this[operation](choice);
    while (this.#open.length > 0) await this.rollback(0);
  }

  async openBatch(choice: number): Promise<void> {
    if (this.#open.length >= 2) return;
    const { environmentId } = this.#owner;
    const id = randomUUID();
    const opened = await this.#db.database
      .facts(audit)
      .openBatch({ environmentId, target: factsTarget(api), id, createdBy: 'ada' });
    if (!('writer' in opened)) throw new Error('the batch was accepted before');
    const { writer } = opened;
    const facts = Array.from({ length: 1 + (choice % 2) }, (_, index) => ({
      label: `${writer.batchSeq}-${index}`,
      batchSeq: writer.batchSeq,
      // Half a day from every retention.
      timeMs: this.#nowMs - (pick([0.5, 2.5, 30.5, 70.5], choice + index) ?? 0) * dayMs,
    }));
    await writer.write(
      encodedRows(
        facts.map(({ label, timeMs }) => encodedFact(new Date(timeMs).toISOString(), { apiproxy: label })),
      ),
    );
    this.#open.push({ writer, facts });
  }

  async commit(choice: number): Promise<void> {
    const [batch] = take(this.#open, choice);
    if (batch === undefined) return;
    await batch.writer.commit({ accepted: batch.facts.length, bodySha256: '' });
    this.#facts.add(batch.facts);
  }

  async rollback(choice: number): Promise<void> {
    const [batch] = take(this.#open, choice);
    await batch?.writer.rollback();
  }

  async deleteBatch(choice: number): Promise<void> {
    const seq = pick(this.#facts.batches, choice);
    if (seq === undefined) return;
    await this.#db.database.deletions(audit).deleteBatch(this.#owner.environmentId, BigInt(seq));
    this.#facts.delete(({ batchSeq }) => batchSeq === seq);
  }

  async deleteRange(choice: number): Promise<void> {
    const startMs = this.#nowMs - (pick([1, 3, 40, 80], choice) ?? 0) * dayMs;
    const endExclusiveMs = startMs + dayMs * (choice % 8 < 4 ? 1 : 30);
    await this.#db.database.deletions(audit).deleteRange(this.#owner, { startMs, endExclusiveMs });
    this.#facts.delete(({ timeMs }) => timeMs >= startMs && timeMs < endExclusiveMs);
  }

  async setRetention(choice: number): Promise<void> {
    const days = [null, 50, 20, 3][choice % 4] ?? null;
    await this.#db.sql('update environments set retention_days = $2 where id = $1', [
      this.#owner.environmentId,
      days,
    ]);
    this.#facts.setRetention(days);
  }

  /** Retires the segments whose facts are all past the retention. */
  async purge(): Promise<void> {
    for (const { segment } of await this.#db.database.segments.retireExpired())
      this.#facts.removeSegment(segment);
  }

  async seal(): Promise<void> {
    const { segments } = this.#db.database;
    const hot = await segments.oldestHotFacts(this.#owner, sealing);
    if (hot === null) return;
    const seqs = new Set(hot.batchSeqs.map(String));
    const sealed = this.#facts.hot.filter(({ batchSeq }) => seqs.has(batchSeq));
    expect(sealed.length).toBe(hot.facts);
    if (sealed.length === 0) return;
    const { id } = await segments.register(this.#owner, fileOf(sealed));
    expect(await segments.seal(hot, id)).toBe(true);
    this.#facts.seal(id, sealed);
  }

  /** Merges all segments into one without their hidden facts. */
  async merge(): Promise<void> {
    const { segments } = this.#db.database;
    const { segments: replaced, expiredBeforeMs } = await segments.listLive(this.#owner);
    if (replaced.length === 0) return;
    const held = replaced.flatMap(({ id }) => this.#facts.segment(id));
    const left = replaced.flatMap((segment) => this.#visibleIn(segment, expiredBeforeMs));
    const removed = held.length - left.length;
    const id = left.length === 0 ? null : (await segments.register(this.#owner, fileOf(left))).id;
    const replacement = { owner: this.#owner, replaced, segmentId: id, removed, expiredBeforeMs };
    expect(await segments.replace(replacement)).toBe(true);
    this.#facts.replaceSegments(
      replaced.map((segment) => segment.id),
      id,
      left,
    );
  }

  async submit(choice: number): Promise<void> {
    const plan = pick(this.#plans, choice);
    if (plan === undefined) return;
    const id = randomUUID();
    const reuse = reuseOf(plan, catalogue, choice % 7 !== 0);
    const expected = this.#rowsNow(plan);
    const outcome = await this.#db.database.queries.submit(
      { id, plan, submittedBy: 'jane@example.com', reuse, audit: testEvent },
      noLimits,
    );
    if (outcome.kind === 'reused') {
      expect(await this.#archiveOf(id)).toBe(expected);
      this.shared += 1;
    } else this.#waiting.set(id, { id, plan, version: this.#facts.version });
  }

  async claim(choice: number): Promise<void> {
    const ids = await this.#db.database.queries.listWaiting(terms, 1_000_000);
    const id = pick(
      ids.filter((one) => this.#waiting.has(one)),
      choice,
    );
    const query = id === undefined ? undefined : this.#waiting.get(id);
    if (id === undefined || query === undefined) return;
    if (await this.#db.database.queries.takeResult(id)) {
      await this.#compareShared();
      return;
    }
    const claim = await this.#db.database.queries.claim(id, terms);
    if (claim !== null) this.#runs.push({ id, attempt: claim.attempt, plan: query.plan, rows: null });
  }

  async readSnapshot(choice: number): Promise<void> {
    const run = pick(
      this.#runs.filter(({ rows }) => rows === null),
      choice,
    );
    if (run === undefined) return;
    run.rows = await this.#snapshotRows(run.plan);
    // The model is right about the facts.
    expect(run.rows).toBe(this.#rowsNow(run.plan));
  }

  /** One in four workers dies before it shares its result. */
  async complete(choice: number): Promise<void> {
    const run = pick(
      this.#runs.filter(({ rows }) => rows !== null),
      choice,
    );
    if (run === undefined || run.rows === null) return;
    const archiveKey = `archives/${run.id}/${run.attempt}`;
    this.#archives.set(archiveKey, run.rows);
    const { queries } = this.#db.database;
    const isCompleted = await queries.complete(run.id, run.attempt, { ...publication, archiveKey });
    this.#runs = this.#runs.filter((one) => one !== run);
    if (!isCompleted) return;
    this.#waiting.delete(run.id);
    if (choice % 4 !== 0) await queries.shareResult(run.id);
    await this.#compareShared();
  }

  /** Runs a query without another step in between. */
  async runQuery(choice: number): Promise<void> {
    const runs = this.#runs;
    this.#runs = [];
    await this.claim(choice);
    await this.readSnapshot(0);
    await this.complete(choice);
    this.#runs = [...runs, ...this.#runs];
  }

  async cancel(choice: number): Promise<void> {
    const id = pick([...this.#waiting.keys()], choice);
    if (id === undefined) return;
    await this.#db.database.queries.cancel(this.#tenant, id, testEvent);
    this.#waiting.delete(id);
  }

  async requeue(choice: number): Promise<void> {
    const [run] = take(this.#runs, choice);
    if (run !== undefined) await this.#db.database.queries.requeue(run.id, run.attempt, { kind: 'released' });
  }

  async fail(choice: number): Promise<void> {
    const [run] = take(this.#runs, choice);
    if (run === undefined) return;
    const failed = await this.#db.database.queries.fail(run.id, run.attempt, { reason: 'x', fault: 'query' });
    if (failed) this.#waiting.delete(run.id);
  }

  /** Expires a completed query. An archive whose last query has expired is gone. */
  async expire(choice: number): Promise<void> {
    const completed = await this.#db.sql<{ id: string }>(
      `select id from queries where environment_id = $1 and state = 'completed' order by created_at, id`,
      [this.#owner.environmentId],
    );
    const query = pick(completed, choice);
    if (query === undefined) return;
    await this.#db.sql('update queries set expires_at = now() where id = $1', [query.id]);
    for (const { archiveKey, isShared } of await this.#db.database.queries.expireDue(1_000))
      if (!isShared) this.#archives.delete(archiveKey);
  }

  /** Compares the results that queries have taken since their submission. */
  async #compareShared(): Promise<void> {
    const rows = await this.#db.sql<{ id: string }>(
      `select id from queries where id = any($1::uuid[]) and state = 'completed'`,
      [[...this.#waiting.keys()]],
    );
    for (const { id } of rows) {
      const query = this.#waiting.get(id);
      if (query === undefined) continue;
      // A snapshot at the submission or after it would have the same.
      expect(this.#facts.rowsSince(query.version, query.plan.range)).toContain(await this.#archiveOf(id));
      this.#waiting.delete(id);
      this.shared += 1;
    }
  }

  async #archiveOf(id: string): Promise<string> {
    const record = await this.#db.database.queries.find(this.#tenant, id);
    const rows = this.#archives.get(record?.result?.archiveKey ?? '');
    if (rows === undefined) throw new Error(`the archive of ${id} is gone`);
    return rows;
  }

  #rowsNow({ range }: Plan): string {
    return this.#facts.rows(range);
  }

  async #snapshotRows(plan: Plan): Promise<string> {
    const snapshot = await this.#db.database.factSource.snapshot(bindPlan(plan, catalogue), {
      directory: this.#directory,
      signal,
      timeoutMs: 60_000,
    });
    const file = snapshot.hotRows === 0 ? '' : await readFile(snapshot.hotFactsPath, 'utf8');
    const [header = '', ...lines] = file.trimEnd().split('\n');
    const column = header.split(',').indexOf('apiproxy');
    const { startMs, endExclusiveMs } = plan.range;
    const sealed = snapshot.segments
      .flatMap((segment) => this.#visibleIn(segment, snapshot.expiredBeforeMs))
      .filter(({ timeMs }) => timeMs >= startMs && timeMs < endExclusiveMs);
    return [...lines.map((line) => line.split(',')[column] ?? ''), ...sealed.map(({ label }) => label)]
      .toSorted()
      .join(' ');
  }

  /** Returns the facts that a reader of the segment file finds. */
  #visibleIn({ id, deletions }: StoredSegment, expiredBeforeMs: number | null): readonly ModelFact[] {
    return this.#facts
      .segment(id)
      .filter(({ timeMs }) => expiredBeforeMs === null || timeMs >= expiredBeforeMs)
      .filter(
        ({ batchSeq, timeMs }) =>
          !deletions.some((deletion) =>
            'batchSeq' in deletion
              ? deletion.batchSeq === batchSeq
              : timeMs >= deletion.startMs && timeMs < deletion.endExclusiveMs,
          ),
      );
  }
}

function fileOf(facts: readonly ModelFact[]) {
  const times = facts.map(({ timeMs }) => timeMs);
  return {
    ...{ path: '', bytes: 10, sha256: 'ab', facts: facts.length },
    firstMs: Math.min(...times),
    lastMs: Math.max(...times),
    columns: [{ name: 'batch_seq', type: 'integer' } as const],
  };
}

function pick<Item>(items: readonly Item[], choice: number): Item | undefined {
  return items[choice % Math.max(1, items.length)];
}

/** Removes the chosen item. */
function take<Item>(items: Item[], choice: number): Item[] {
  return items.length === 0 ? [] : items.splice(choice % items.length, 1);
}
