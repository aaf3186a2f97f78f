import { ServiceUnavailable } from '@hourglass/reports';
import type { ScopedPool } from '../connection/scoped-pool.ts';
import { asDatabaseError } from '../connection/database-errors.ts';
import { storeBatches, type SharedBatch } from './store-batches.ts';

/** Stores a batch. `apart`: nothing was stored; the batch needs a transaction of its own. */
export type StoreShared = (batch: SharedBatch) => Promise<'stored' | 'apart'>;

interface WaitingBatch extends SharedBatch {
  readonly resolve: (outcome: 'stored' | 'apart') => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A transaction that waits this long for a lock, such as that of an open batch with the same id, is
 * given up, so that the other batches do not wait with it.
 */
const lockTimeoutMs = 1_000;
const lockTimeoutState = '55P03';
const begin = `begin; set local lock_timeout = ${lockTimeoutMs}`;

/**
 * Runs one transaction at a time for each environment and dataset. Batches that arrive meanwhile share
 * the next one: it costs hardly more than that of one batch. Callers bound the number of batches.
 *
 * A batch whose id is taken is `apart`. If PostgreSQL refuses the transaction, nothing of it is stored
 * and all of its batches are. Throws ServiceUnavailable for all of them if the database is unavailable,
 * and the reason of a signal that aborts before the transaction begins.
 */
export function createSharedTransactions(copyPool: ScopedPool): StoreShared {
  const queues = new Map<string, WaitingBatch[]>();

  async function run(key: string, queue: WaitingBatch[]): Promise<void> {
    while (queue.length > 0) await storeWaiting(copyPool, queue);
    queues.delete(key);
  }

  return (batch) =>
    new Promise((resolve, reject) => {
      const { environmentId, target } = batch.identity;
      const key = `${environmentId} ${target.name}`;
      const waiting = { ...batch, resolve, reject };
      const queue = queues.get(key);
      if (queue !== undefined) {
        queue.push(waiting);
        return;
      }
      const opened = [waiting];
      queues.set(key, opened);
      void run(key, opened);
    });
}

/** Takes batches from the queue, at least the first one, and settles them. Never throws. */
async function storeWaiting(copyPool: ScopedPool, queue: WaitingBatch[]): Promise<void> {
  let taken: readonly WaitingBatch[] = queue.slice();
  const [first] = taken;
  if (first === undefined) return;
  try {
    const { client, release } = await copyPool.within(first.identity).begin(begin);
    try {
      // Those that arrived meanwhile share the transaction as well.
      taken = takeBatches(queue);
      const stored = await storeBatches(client, taken);
      await client.query('commit');
      release();
      for (const batch of taken) batch.resolve(stored.has(batch.identity.id) ? 'stored' : 'apart');
    } catch (error) {
      release(error);
      throw error;
    }
  } catch (error) {
    const failure = asDatabaseError(error);
    const isUnavailable = failure instanceof ServiceUnavailable && !isLockTimeout(error);
    for (const batch of taken) {
      const at = queue.indexOf(batch);
      if (at >= 0) queue.splice(at, 1);
      if (isUnavailable) batch.reject(failure);
      else batch.resolve('apart');
    }
  }
}

function isLockTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === lockTimeoutState;
}

/** Takes the batches whose clients are there, and of equal ids the first one. The others stay. */
function takeBatches(queue: WaitingBatch[]): readonly WaitingBatch[] {
  const byId = new Map<string, WaitingBatch>();
  for (const batch of queue.splice(0)) {
    const { signal, identity } = batch;
    if (signal.aborted) batch.reject(signal.reason);
    else if (byId.has(identity.id)) queue.push(batch);
    else byId.set(identity.id, batch);
  }
  return [...byId.values()];
}
