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

/** Waiting batches of an environment and dataset, and the transactions that take them. */
interface BatchQueue {
  readonly waiting: WaitingBatch[];
  transactions: number;
}

/**
 * With one, clients that wait for the same commit would all send their next batches at once, and PostgreSQL
 * would wait for the API and the API for PostgreSQL.
 */
const maxTransactions = 2;

/**
 * A transaction that waits this long for a lock, such as that of an open batch with the same id, is
 * given up, so that the other batches do not wait with it.
 */
const lockTimeoutMs = 1_000;
const lockTimeoutState = '55P03';
const begin = `begin; set local lock_timeout = ${lockTimeoutMs}`;

/**
 * Runs at most two transactions at a time for each environment and dataset. Batches that arrive meanwhile share
 * the next one: it costs hardly more than that of one batch. Callers bound the number of batches.
 *
 * A batch whose id is taken is `apart`. If PostgreSQL refuses the transaction, nothing of it is stored
 * and all of its batches are. Throws ServiceUnavailable for all of them if the database is unavailable,
 * and the reason of a signal that aborts before the transaction begins.
 */
export function createSharedTransactions(copyPool: ScopedPool): StoreShared {
  const queues = new Map<string, BatchQueue>();

  async function run(key: string, queue: BatchQueue): Promise<void> {
    queue.transactions += 1;
    while (queue.waiting.length > 0) await storeWaiting(copyPool, queue.waiting);
    queue.transactions -= 1;
    if (queue.transactions === 0) queues.delete(key);
  }

  return (batch) =>
    new Promise((resolve, reject) => {
      const { environmentId, target } = batch.identity;
      const key = `${environmentId} ${target.name}`;
      const queue = queues.get(key) ?? { waiting: [], transactions: 0 };
      queues.set(key, queue);
      queue.waiting.push({ ...batch, resolve, reject });
      if (queue.transactions < maxTransactions) void run(key, queue);
    });
}

/** Takes the waiting batches, if another transaction has left some, and settles them. Never throws. */
async function storeWaiting(copyPool: ScopedPool, queue: WaitingBatch[]): Promise<void> {
  let taken: readonly WaitingBatch[] | null = null;
  const [first] = queue;
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
    for (const batch of taken ?? takeBatches(queue)) {
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
