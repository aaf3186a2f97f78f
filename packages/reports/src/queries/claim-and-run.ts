import { endAttempt } from './end-attempt.ts';
import { keepLease } from './lease.ts';
import { makeResult } from './make-result.ts';
import type { Claim, WaitingQuery } from './query-store.ts';
import type { Pauses } from './report-engine.ts';
import type { RunLog, RunQueryPorts, RunQueryTerms } from './run-query-ports.ts';

interface RunOptions {
  readonly terms: RunQueryTerms;
  /** Absent: the run never pauses. */
  readonly pauses?: Pauses;
}

/**
 * Claims a query and runs it to its end. Does nothing when another worker has claimed it. A query that has
 * joined another one takes its result, if there is one.
 */
export async function claimAndRun(
  { id, hasJoined }: Pick<WaitingQuery, 'id' | 'hasJoined'>,
  ports: RunQueryPorts,
  options: RunOptions,
  signal: AbortSignal,
): Promise<void> {
  // Watching begins before the claim, so that a cancellation right after the claim is not missed.
  const cancellation = ports.cancellations.watch(id);
  try {
    if (hasJoined && (await ports.queries.takeResult(id))) return;
    const heldSinceMs = performance.now();
    const claim = await ports.queries.claim(id, options.terms);
    if (claim === null) return;
    ports.crashPoint('query.claimed');
    const signals = { shutdown: signal, cancelled: cancellation.signal, heldSinceMs };
    await runAttempt(claim, ports, options, signals);
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
  { terms, pauses }: RunOptions,
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
      const pausing = pauses && { pauses: logged(pauses, fields, log) };
      return makeResult(claim, ports, {
        directory,
        lease,
        signal,
        deadlineMs: deadline.atMs,
        terms,
        ...pausing,
      });
    }, `${claim.id}-${claim.attempt}`);
    log.info(fields, published ? 'completed' : 'not published: cancelled, or taken by a newer attempt');
    if (published) await shareResult(claim, ports);
  } catch (error) {
    const signals = { shutdown, cancelled, lost: lease.lost, deadline: deadline.signal };
    await endAttempt(error, { claim, queries, log, terms, signals });
  } finally {
    lease.end();
    deadline.end();
    watched.end();
  }
}

/** Queries that wait for the result take it at their own claim if this fails. */
async function shareResult({ id }: Claim, { queries, log }: RunQueryPorts): Promise<void> {
  try {
    const shared = await queries.shareResult(id);
    if (shared > 0) log.info({ queryId: id, shared }, 'shared with equal queries');
  } catch (error) {
    log.warn({ queryId: id, err: error }, 'the result could not be shared yet');
  }
}

function logged(pauses: Pauses, fields: object, log: RunLog): Pauses {
  return {
    isWanted: () => pauses.isWanted(),
    async wait(signal) {
      log.info(fields, 'paused: another organization waits');
      await pauses.wait(signal);
      log.info(fields, 'continued');
    },
  };
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
