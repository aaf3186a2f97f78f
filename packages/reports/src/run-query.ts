import { rm, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { outputColumns, type Catalogue } from '@hourglass/query';
import type { Cancellations } from './cancellations.ts';
import { collectFacts, factsIn, type CollectFactsPorts } from './collect-facts.ts';
import type { FactFiles } from './fact-ports.ts';
import { asAttemptFailure, failureReason, ReportImpossible } from './failure-reasons.ts';
import { keepLease, type Lease } from './lease.ts';
import type {
  ArchiveFile,
  ArchiveWriter,
  Claim,
  ClaimTerms,
  ObjectStore,
  QueryStore,
  ReportEngine,
} from './ports.ts';
import { progressIn } from './progress.ts';

export interface RunQueryPorts extends CollectFactsPorts {
  readonly catalogue: Catalogue;
  readonly queries: QueryStore;
  readonly engine: ReportEngine;
  readonly archives: ArchiveWriter;
  readonly objects: ObjectStore;
  readonly cancellations: Cancellations;
  readonly log: RunLog;
}

export interface RunLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface RunQueryTerms extends ClaimTerms {
  readonly resultTtlSeconds: number;
  /** Each attempt works in a folder of its own below it. */
  readonly scratchDirectory: string;
}

/**
 * Runs one query to its end, or hands it back. Whatever happens is written to the queries table here; the
 * caller only rings. `signal` aborts on shutdown or when the queue took the job away.
 *
 * An attempt that fails hands the query back; only the last one, one that is out of time, or one whose report is
 * impossible writes `failed`. A query whose last attempt died without a word is failed by the next claim.
 */
export async function runQuery(
  queryId: string,
  ports: RunQueryPorts,
  terms: RunQueryTerms,
  signal: AbortSignal,
): Promise<void> {
  const { queries } = ports;
  // Watched from before the claim, so that a cancellation right after it is not missed.
  const watch = ports.cancellations.watch(queryId);
  try {
    const heldSinceMs = performance.now();
    const claim = await queries.claim(queryId, terms);
    if (claim !== null)
      await runAttempt(claim, ports, terms, { signal, cancelled: watch.signal, heldSinceMs });
  } finally {
    watch.end();
  }
}

async function runAttempt(
  claim: Claim,
  ports: RunQueryPorts,
  terms: RunQueryTerms,
  { signal, cancelled, heldSinceMs }: { signal: AbortSignal; cancelled: AbortSignal; heldSinceMs: number },
): Promise<void> {
  const { queries, log } = ports;
  const fields = { queryId: claim.id, attempt: claim.attempt };
  log.info(fields, 'attempt started');

  const lease = keepLease(claim, queries, { leaseMs: terms.leaseMs, heldSinceMs });
  const deadline = AbortSignal.timeout(claim.remainingMs);
  const directory = path.join(terms.scratchDirectory, `${claim.id}-${claim.attempt}`);
  try {
    const stop = AbortSignal.any([signal, lease.lost, deadline, cancelled]);
    const published = await attempt(claim, ports, terms, { directory, lease, signal: stop });
    log.info(fields, published ? 'completed' : 'too late: cancelled, or taken by a newer attempt');
  } catch (error) {
    await settle(error, { claim, queries, log, lease, deadline, cancelled, terms, shutdown: signal });
  } finally {
    lease.end();
    await rm(directory, { recursive: true, force: true });
  }
}

interface AttemptContext {
  readonly directory: string;
  readonly lease: Lease;
  readonly signal: AbortSignal;
}

async function attempt(
  claim: Claim,
  ports: RunQueryPorts,
  terms: RunQueryTerms,
  { directory, lease, signal }: AttemptContext,
): Promise<boolean> {
  const { objects, queries } = ports;
  // A folder with this name can only be left over from a process that was killed.
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });

  const onCollected = (share: number) => lease.report(progressIn('collecting', share, 0));
  const facts = await collectFacts(claim.plan, ports, { directory, signal, onCollected });
  const rowsScanned = factsIn(facts);
  lease.report(progressIn('computing', 0, rowsScanned));
  const archive = await writeArchive(claim, ports, { directory, signal, facts, lease });
  lease.report(progressIn('storing', 0, rowsScanned));

  const archiveKey = `archives/${claim.id}/${claim.attempt}/OfflineQueryResult-${claim.id}.zip`;
  let published = false;
  try {
    signal.throwIfAborted();
    await objects.putFile(archiveKey, archive.path, { contentType: 'application/zip', signal });
    signal.throwIfAborted();
    published = await queries.complete(claim.id, claim.attempt, {
      archiveKey,
      archiveBytes: archive.bytes,
      archiveMd5: archive.md5,
      rows: archive.rows,
      rowsScanned,
      gzipBytes: archive.gzipBytes,
      watermark: facts.watermark,
      resultTtlSeconds: terms.resultTtlSeconds,
    });
  } catch (error) {
    // When the answer to `complete` was lost, the row may name this archive: then it must stay.
    if (!(await isPublished(claim, queries, archiveKey)))
      await objects.delete(archiveKey).catch(() => undefined);
    throw error;
  }
  if (!published) await objects.delete(archiveKey);
  return published;
}

async function writeArchive(
  claim: Claim,
  { catalogue, engine, archives }: RunQueryPorts,
  { directory, signal, facts, lease }: AttemptContext & { readonly facts: FactFiles },
): Promise<ArchiveFile> {
  const { plan, id, createdAt } = claim;
  const rowsScanned = factsIn(facts);
  const rows = await engine.writeRows({
    plan,
    facts,
    directory,
    signal,
    onProgress: (share) => lease.report(progressIn('computing', share, rowsScanned)),
  });
  return archives.write(rows, {
    queryId: id,
    columns: outputColumns(plan, catalogue),
    output: plan.output,
    directory,
    createdAt,
    signal,
    onProgress: (share) => lease.report(progressIn('writing', share, rowsScanned)),
  });
}

async function isPublished(claim: Claim, queries: QueryStore, archiveKey: string): Promise<boolean> {
  const { organization, environment } = claim.plan.tenant;
  try {
    const record = await queries.find({ organization, environment }, claim.id);
    return record?.result?.archiveKey === archiveKey;
  } catch {
    return true; // Unknown: an orphan object costs space, a deleted archive costs an answer.
  }
}

async function settle(
  error: unknown,
  run: {
    claim: Claim;
    queries: QueryStore;
    log: RunLog;
    lease: Lease;
    deadline: AbortSignal;
    cancelled: AbortSignal;
    terms: RunQueryTerms;
    shutdown: AbortSignal;
  },
): Promise<void> {
  const { claim, queries, log, lease, deadline, cancelled, terms, shutdown } = run;
  const fields = { queryId: claim.id, attempt: claim.attempt };
  if (cancelled.aborted) {
    log.info(fields, 'stopped: the query was cancelled');
    return;
  }
  if (lease.lost.aborted) {
    log.warn(fields, 'stopped: the lease was lost');
    return;
  }
  if (deadline.aborted) {
    const reason = failureReason('outOfTime', { seconds: terms.timeoutMs / 1000 });
    await queries.fail(claim.id, claim.attempt, { reason, fault: 'query' });
    log.warn(fields, 'failed: out of time');
    return;
  }
  if (error instanceof ReportImpossible) {
    await queries.fail(claim.id, claim.attempt, { reason: error.message, fault: 'query' });
    log.info({ ...fields, reason: error.message }, 'failed: the report is impossible');
    return;
  }
  if (claim.attempt >= terms.maxAttempts && !shutdown.aborted) {
    const reason = failureReason('attemptFailed', {
      attempt: claim.attempt,
      attempts: terms.maxAttempts,
      cause: asAttemptFailure(error).message,
    });
    await queries.fail(claim.id, claim.attempt, { reason, fault: 'ours' });
    log.warn({ ...fields, err: error }, 'failed: no attempts left');
    return;
  }
  await queries.handBack(claim.id, claim.attempt);
  log.warn({ ...fields, err: error }, 'attempt handed back');
}
