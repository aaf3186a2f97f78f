import { bindPlan, outputColumns, type BoundPlan } from '@hourglass/query';
import { archiveKeyOf } from '../results/archive-key.ts';
import { computeRows, type ComputedRows } from './compute-rows.ts';
import type { FactSnapshot } from './fact-source.ts';
import type { Lease } from './lease.ts';
import type { Claim, QueryStore } from './query-store.ts';
import type { ArchiveFile } from '../results/archive-writer.ts';
import { progressIn } from './progress.ts';
import type { Pauses } from './report-engine.ts';
import { originOf } from '../results/result-origin.ts';
import type { RunQueryPorts, RunQueryTerms } from './run-query-ports.ts';

export interface MakeResultTask {
  readonly directory: string;
  readonly lease: Lease;
  readonly signal: AbortSignal;
  /** Deadline as a value of `performance.now()`. */
  readonly deadlineMs: number;
  readonly terms: Pick<RunQueryTerms, 'resultTtlSeconds'>;
  readonly pauses?: Pauses;
}

/**
 * The database's own timeout is later by this time, so that it acts only when this process does
 * not.
 */
const statementGraceMs = 1_000;

/**
 * Computes a report and publishes its archive. Returns false when the query was cancelled or a
 * newer attempt took it; nothing is left behind then.
 */
export async function makeResult(claim: Claim, ports: RunQueryPorts, task: MakeResultTask): Promise<boolean> {
  const { lease, directory, signal } = task;
  const boundPlan = bindPlan(claim.plan, ports.catalogue);
  const { crashPoint } = ports;
  const snapshot = await ports.factSource.snapshot(boundPlan, {
    directory,
    signal,
    timeoutMs: Math.ceil(Math.max(0, task.deadlineMs - performance.now())) + statementGraceMs,
  });
  const packed = new AbortController();
  const computed = await computeRows(claim, ports, {
    ...{ boundPlan, snapshot, directory, signal: AbortSignal.any([signal, packed.signal]) },
    ...(task.pauses && { pauses: task.pauses }),
    onCollected: (share) => lease.report(progressIn('collecting', share, 0)),
    onProgress: (share, factsRead) => {
      crashPoint('query.computing');
      lease.report(progressIn('computing', share, factsRead));
    },
  });
  try {
    const { factsRead } = computed;
    lease.report(progressIn('computing', 0, factsRead));
    const archive = await writeArchive(claim, ports, { ...task, boundPlan, snapshot, computed });
    lease.report(progressIn('storing', 0, factsRead));
    return await publish(claim, ports, { ...task, snapshot, factsRead, archive });
  } finally {
    // When packing fails, the engine must stop computing rows.
    packed.abort();
    await computed.rows.return();
    await computed.release();
  }
}

async function writeArchive(
  claim: Claim,
  { archives, crashPoint }: RunQueryPorts,
  task: MakeResultTask & {
    readonly boundPlan: BoundPlan;
    readonly snapshot: FactSnapshot;
    readonly computed: ComputedRows;
  },
): Promise<ArchiveFile> {
  const { id, createdAt } = claim;
  const { boundPlan, directory, signal, snapshot, computed, lease } = task;
  return archives.write(computed.rows, {
    queryId: id,
    columns: outputColumns(boundPlan),
    output: claim.plan.output,
    directory,
    createdAt,
    origin: originOf(claim, snapshot, computed.engine),
    signal,
    onProgress: (share) => {
      crashPoint('query.packing');
      lease.report(progressIn('writing', share, computed.factsRead));
    },
  });
}

/**
 * Stores the archive under a key that only this attempt uses, and publishes it by one conditional
 * update. An unpublished archive is deleted; if that fails, the sweep deletes it later.
 */
async function publish(
  claim: Claim,
  { objects, queries, crashPoint }: RunQueryPorts,
  {
    signal,
    terms,
    snapshot,
    factsRead,
    archive,
  }: MakeResultTask &
    Pick<ComputedRows, 'factsRead'> & { readonly snapshot: FactSnapshot; readonly archive: ArchiveFile },
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
      rowsScanned: factsRead,
      gzipBytes: archive.gzipBytes,
      watermark: snapshot.watermark,
      resultTtlSeconds: terms.resultTtlSeconds,
    });
    crashPoint('query.published');
  } catch (error) {
    // When only the response of `complete` was lost, the row names this archive, which must stay.
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
    // Unknown. An orphaned object only takes space; deleting a published archive would lose a result.
    return true;
  }
}
