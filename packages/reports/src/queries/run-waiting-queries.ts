import { claimAndRun } from './claim-and-run.ts';
import type { ClaimTerms } from './query-store.ts';
import type { RunQueryPorts, RunQueryTerms } from './run-query-ports.ts';
import type { RunSlots } from './run-slots.ts';

/**
 * Handles a wake-up in one of the worker's slots: runs one query after another until none waits and none is paused. The
 * next is a paused run or a waiting query, of the organization that holds the smallest share of the slots. A lost wake-up
 * therefore delays nothing while any worker is busy. Every outcome is recorded in the queries table. `signal` aborts on
 * shutdown.
 *
 * A failed attempt requeues its query with a delay. The query fails only after its last attempt, at
 * its deadline, or when its report is impossible. The reconciler fails a query whose last attempt
 * died with its worker.
 */
export async function runWaitingQueries(
  ports: RunQueryPorts,
  { terms, slots }: { readonly terms: RunQueryTerms; readonly slots: RunSlots },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      if (!(await useSlot(ports, { terms, slots }, signal))) return;
    } catch (error) {
      // A paused run must find a slot, whatever became of this one.
      if (!slots.hasPaused) throw error;
      ports.log.warn({ err: error }, 'a run ended with an error that could not be recorded');
    }
    ports.crashPoint('query.ended');
  }
  await slots.allEnded();
}

/** Uses a free slot until its run ends or pauses. Returns false when there is nothing to run. */
async function useSlot(
  ports: RunQueryPorts,
  { terms, slots }: { readonly terms: RunQueryTerms; readonly slots: RunSlots },
  signal: AbortSignal,
): Promise<boolean> {
  const next = await ports.queries
    .nextWaiting(terms, { ...slots.choice, maxFacts: null })
    .catch((error: unknown) => {
      if (slots.hasPaused) return null;
      throw error;
    });
  const resumed = slots.resume(next);
  if (resumed === null && next === null) return false;
  await (resumed ??
    (next && slots.start(next, (pauses) => claimAndRun(next, ports, { terms, pauses }, signal))));
  return true;
}

/**
 * Runs small queries in the reserved slot, one after another, while longer ones hold all slots. Returns their number.
 * They never pause.
 */
export async function runSmallQueries(
  ports: RunQueryPorts,
  { terms, slots, maxFacts }: SmallQueryTerms,
  signal: AbortSignal,
): Promise<number> {
  let runs = 0;
  while (!signal.aborted && slots.areAllTaken) {
    const next = await ports.queries.nextWaiting(terms, { ...slots.choice, maxFacts });
    if (next === null) break;
    await slots.runReserved(next, () => claimAndRun(next, ports, { terms }, signal));
    runs += 1;
  }
  return runs;
}

export interface SmallQueryTerms {
  readonly terms: RunQueryTerms;
  readonly slots: RunSlots;
  /** Estimated facts up to which a query is small. */
  readonly maxFacts: number;
}

/** Lets long runs give way to the query that waits, if all slots are taken. */
export async function watchWaiting(
  { queries }: Pick<RunQueryPorts, 'queries'>,
  { terms, slots }: { readonly terms: ClaimTerms; readonly slots: RunSlots },
): Promise<void> {
  const waiting = slots.areAllTaken
    ? await queries.nextWaiting(terms, { ...slots.choice, maxFacts: null })
    : null;
  slots.setWaiting(waiting);
}
