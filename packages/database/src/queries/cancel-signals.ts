import { setTimeout as delay } from 'node:timers/promises';
import type { CancelSignals, CancelSignalsLog } from '@hourglass/reports';
import { Client } from 'pg';
import { connectionOptions } from '../connection/connection-pool.ts';

/** PostgreSQL notification channel; the payload is the query's id. */
export const cancelChannel = 'hourglass_query_cancelled';

const firstRetryMs = 250;
const longestRetryMs = 5_000;
const listenTimeoutMs = 5_000;

/**
 * Listens on a dedicated connection, because LISTEN belongs to one connection and a pool may return
 * any.
 */
export function createCancelSignals(url: string): CancelSignals {
  return {
    listen(onCancelled, log) {
      const stopping = new AbortController();
      const ended = keepListening({ url, onCancelled, log, stop: stopping.signal });
      return {
        async stop() {
          stopping.abort();
          await ended;
        },
      };
    },
  };
}

interface Listener {
  readonly url: string;
  readonly onCancelled: (queryId: string) => void;
  readonly log: CancelSignalsLog;
  readonly stop: AbortSignal;
}

/** Logs one line per outage; further attempts to connect are silent. */
async function keepListening(listener: Listener): Promise<void> {
  const { log, stop } = listener;
  let retryMs = firstRetryMs;
  let outage = false;
  const listening = () => {
    retryMs = firstRetryMs;
    outage = false;
  };
  while (!stop.aborted) {
    try {
      await listenUntilLost(listener, listening);
    } catch (error) {
      if (!outage && !stop.aborted) {
        log.warn(
          { err: error },
          'lost the cancellation signals; attempts notice a cancellation at their next lease renewal',
        );
      }
      outage = true;
    }
    await delay(retryMs, undefined, { signal: stop }).catch(() => undefined);
    retryMs = Math.min(retryMs * 2, longestRetryMs);
  }
}

/** Resolves when stopped; throws when the connection fails or is lost. */
async function listenUntilLost({ url, onCancelled, stop }: Listener, onListening: () => void): Promise<void> {
  const client = new Client({ ...connectionOptions(url), query_timeout: listenTimeoutMs });
  client.on('notification', ({ payload }) => {
    if (payload !== undefined) onCancelled(payload);
  });
  const connectionEnded = new AbortController();
  const over = new Promise<void>((resolve, reject) => {
    stop.addEventListener('abort', () => resolve(), { once: true, signal: connectionEnded.signal });
    client.on('error', reject);
    client.on('end', () => reject(new Error('the connection ended')));
  });
  try {
    const started = client.connect().then(() => client.query(`listen ${cancelChannel}`));
    await Promise.race([started, over]);
    if (!stop.aborted) onListening();
    await over;
  } finally {
    connectionEnded.abort();
    await client.end().catch(() => undefined);
  }
}
