import { endAttempt } from './end-attempt.ts';
import { keepLease } from './lease.ts';
import { makeResult } from './make-result.ts';
import type { Claim } from './query-store.ts';
import type { RunQueryPorts, RunQueryTerms } from './run-query-ports.ts';

/**
 * Handles a wake-up: runs one query after another, always the next in fair order, until none is
 * waiting. A lost wake-up therefore delays nothing while any worker is busy. Every outcome is
 * recorded in the queries table. `signal` aborts on shutdown.
 *
 * A failed attempt requeues its query with a delay. The query fails only after its last attempt, at
 * its deadline, or when its report is impossible. The reconciler fails a query whose last attempt
 * died with its worker.
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

/** Does nothing when another worker has claimed the query. */
async function claimAndRun(
  id: string,
  ports: RunQueryPorts,
  terms: RunQueryTerms,
  signal: AbortSignal,
): Promise<void> {
  // Watching begins before the claim, so that a cancellation right after the claim is not missed.
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
    log.info(fields, published ? 'completed' : 'not published: cancelled, or taken by a newer attempt');
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
  /** Deadline as a value of `performance.now()`. */
  readonly atMs: number;
  end(): void;
}

/** Maximum delay of a timer in Node.js. */
const maxTimerMs = 2 ** 31 - 1;

function abortAt(atMs: number): Deadline {
  const controller = new AbortController();
  const waitMs = Math.min(Math.max(0, atMs - performance.now()), maxTimerMs);
  const timer = setTimeout(() => controller.abort(new Error('the query is out of time')), waitMs);
  return { signal: controller.signal, atMs, end: () => clearTimeout(timer) };
}
