import { bindPlan, outputColumns, type BoundPlan } from '@hourglass/query';
import { archiveKeyOf } from '../results/archive-key.ts';
import { collectFacts, factsIn } from './collect-facts.ts';
import type { FactFiles } from './segment-files.ts';
import type { Lease } from './lease.ts';
import type { Claim, QueryStore } from './query-store.ts';
import type { ArchiveFile } from '../results/archive-writer.ts';
import { progressIn } from './progress.ts';
import { originOf } from '../results/result-origin.ts';
import type { RunQueryPorts, RunQueryTerms } from './run-query-ports.ts';

export interface MakeResultTask {
  readonly directory: string;
  readonly lease: Lease;
  readonly signal: AbortSignal;
  /** As `performance.now()` counts. */
  readonly deadlineMs: number;
  readonly terms: Pick<RunQueryTerms, 'resultTtlSeconds'>;
}

/** Time to end statements from here, so that the database does so only when nobody does. */
const statementGraceMs = 1_000;

/** From the facts to the published archive. False: the query was cancelled, or taken by a newer attempt; nothing is left. */
export async function makeResult(claim: Claim, ports: RunQueryPorts, task: MakeResultTask): Promise<boolean> {
  const { lease, directory, signal } = task;
  const boundPlan = bindPlan(claim.plan, ports.catalogue);
  const facts = await collectFacts(boundPlan, ports, {
    directory,
    signal,
    timeoutMs: Math.ceil(Math.max(0, task.deadlineMs - performance.now())) + statementGraceMs,
    onCollected: (share) => lease.report(progressIn('collecting', share, 0)),
  });
  const rowsScanned = factsIn(facts);
  lease.report(progressIn('computing', 0, rowsScanned));
  const archive = await writeArchive(claim, ports, { ...task, boundPlan, facts });
  lease.report(progressIn('storing', 0, rowsScanned));
  return publish(claim, ports, { ...task, facts, archive });
}

async function writeArchive(
  claim: Claim,
  { engine, archives, crashPoint }: RunQueryPorts,
  task: MakeResultTask & { readonly boundPlan: BoundPlan; readonly facts: FactFiles },
): Promise<ArchiveFile> {
  const { id, createdAt } = claim;
  const { boundPlan, directory, signal, facts, lease } = task;
  const rowsScanned = factsIn(facts);
  const packed = new AbortController();
  const rows = engine.writeRows({
    ...boundPlan,
    facts,
    directory,
    signal: AbortSignal.any([signal, packed.signal]),
    onProgress: (share) => {
      crashPoint('query.computing');
      lease.report(progressIn('computing', share, rowsScanned));
    },
  });
  try {
    return await archives.write(rows, {
      queryId: id,
      columns: outputColumns(boundPlan),
      output: claim.plan.output,
      directory,
      createdAt,
      origin: originOf(claim, facts),
      signal,
      onProgress: (share) => {
        crashPoint('query.packing');
        lease.report(progressIn('writing', share, rowsScanned));
      },
    });
  } finally {
    // When packing fails, nobody wants the rows that the engine is computing.
    packed.abort();
    await rows.return();
  }
}

/**
 * Stores the archive under a key that only this attempt has, and publishes it by one conditional update. What is not
 * published is deleted again; what cannot be deleted now is swept later.
 */
async function publish(
  claim: Claim,
  { objects, queries, crashPoint }: RunQueryPorts,
  {
    signal,
    terms,
    facts,
    archive,
  }: MakeResultTask & { readonly facts: FactFiles; readonly archive: ArchiveFile },
): Promise<boolean> {
  const archiveKey = archiveKeyOf(claim);
  let published = false;
  try {
    signal.throwIfAborted();
    const storing = objects.putFile(archiveKey, archive.path, { contentType: 'application/zip', signal });
    crashPoint('query.storing');
    await storing;
    signal.throwIfAborted();
    crashPoint('query.stored');
    published = await queries.complete(claim.id, claim.attempt, {
      archiveKey,
      archiveBytes: archive.bytes,
      archiveMd5: archive.md5,
      rows: archive.rows,
      rowsScanned: factsIn(facts),
      gzipBytes: archive.gzipBytes,
      watermark: facts.watermark,
      resultTtlSeconds: terms.resultTtlSeconds,
    });
    crashPoint('query.published');
  } catch (error) {
    // When the answer to `complete` was lost, the row may name this archive: then it must stay.
    if (!(await isPublished(claim, queries, archiveKey)))
      await objects.delete(archiveKey).catch(() => undefined);
    throw error;
  }
  if (!published) await objects.delete(archiveKey);
  return published;
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
