import { endAttempt } from './end-attempt.ts';
import { keepLease } from './lease.ts';
import { makeResult } from './make-result.ts';
import type { Claim } from './query-store.ts';
import type { RunQueryPorts, RunQueryTerms } from './run-query-ports.ts';

/**
 * Answers a ring: runs one query after the other, the one whose turn it is, each to its end or until it is handed back,
 * until none waits. So a ring that the queue has lost costs nothing while anybody is at work. Whatever happens is written to
 * the queries table here; the caller only rings. `signal` aborts on shutdown.
 *
 * An attempt that fails hands the query back, for later; only the last one, one that is out of time, or one whose report is
 * impossible writes `failed`. A query whose last attempt died without a word is failed by the reconciler.
 */
export async function runWaitingQueries(
  ports: RunQueryPorts,
  terms: RunQueryTerms,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const [id] = await ports.queries.listWaiting(terms, 1);
    if (id === undefined) return;
    await claimAndRun(id, ports, terms, signal);
    ports.crashPoint('query.ended');
  }
}

/** Does nothing when another worker was faster with this one. */
async function claimAndRun(
  id: string,
  ports: RunQueryPorts,
  terms: RunQueryTerms,
  signal: AbortSignal,
): Promise<void> {
  // Watched from before the claim, so that a cancellation right after it is not missed.
  const cancellation = ports.cancellations.watch(id);
  try {
    const heldSinceMs = performance.now();
    const claim = await ports.queries.claim(id, terms);
    if (claim === null) return;
    ports.crashPoint('query.claimed');
    await runAttempt(claim, ports, terms, { shutdown: signal, cancelled: cancellation.signal, heldSinceMs });
  } finally {
    cancellation.end();
  }
}

interface RunSignals {
  readonly shutdown: AbortSignal;
  readonly cancelled: AbortSignal;
  readonly heldSinceMs: number;
}

async function runAttempt(
  claim: Claim,
  ports: RunQueryPorts,
  terms: RunQueryTerms,
  { shutdown, cancelled, heldSinceMs }: RunSignals,
): Promise<void> {
  const { queries, log, scratch, watchdog } = ports;
  const fields = { queryId: claim.id, attempt: claim.attempt };
  log.info(fields, 'attempt started');

  const lease = keepLease(claim, queries, { leaseMs: terms.leaseMs, heldSinceMs });
  const deadline = abortAt(heldSinceMs + claim.remainingMs);
  const watched = watchdog.watch(claim.remainingMs);
  try {
    const stops = [shutdown, lease.lost, deadline.signal, cancelled];
    const published = await scratch.within((directory, overfull) => {
      const signal = AbortSignal.any([...stops, overfull]);
      return makeResult(claim, ports, { directory, lease, signal, deadlineMs: deadline.atMs, terms });
    }, `${claim.id}-${claim.attempt}`);
    log.info(fields, published ? 'completed' : 'too late: cancelled, or taken by a newer attempt');
  } catch (error) {
    const signals = { shutdown, cancelled, lost: lease.lost, deadline: deadline.signal };
    await endAttempt(error, { claim, queries, log, terms, signals });
  } finally {
    lease.end();
    deadline.end();
    watched.end();
  }
}

interface Deadline {
  readonly signal: AbortSignal;
  /** As `performance.now()` counts. */
  readonly atMs: number;
  end(): void;
}

/** Longer waits do not fit into a timer. */
const longestTimerMs = 2 ** 31 - 1;

function abortAt(atMs: number): Deadline {
  const controller = new AbortController();
  const waitMs = Math.min(Math.max(0, atMs - performance.now()), longestTimerMs);
  const timer = setTimeout(() => controller.abort(new Error('the query is out of time')), waitMs);
  return { signal: controller.signal, atMs, end: () => clearTimeout(timer) };
}
