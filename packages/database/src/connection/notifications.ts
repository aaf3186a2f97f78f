import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { connectionOptions } from './connection-pool.ts';
import type { DatabaseRole } from './roles.ts';

const firstRetryMs = 250;
const longestRetryMs = 5_000;
const listenTimeoutMs = 5_000;

export interface ListenerConnection {
  readonly url: string;
  readonly role: DatabaseRole | null;
}

export interface NotificationListener {
  onNotified(payload: string): void;
  /** Every later notification arrives. */
  onListening?(): void;
  /** Called once an outage; further attempts to connect are silent. */
  onLost(error: unknown): void;
}

/**
 * Listens until `stop` is called, reconnecting after outages. Uses a dedicated connection, because
 * LISTEN belongs to one connection and a pool may return any.
 */
export function listenTo(
  { url, role }: ListenerConnection,
  channel: string,
  listener: NotificationListener,
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const ended = keepListening({ url, role, channel, listener, stop: stopping.signal });
  return {
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}

interface Listening extends ListenerConnection {
  readonly channel: string;
  readonly listener: NotificationListener;
  readonly stop: AbortSignal;
}

async function keepListening(listening: Listening): Promise<void> {
  const { listener, stop } = listening;
  let retryMs = firstRetryMs;
  let outage = false;
  const onListening = () => {
    retryMs = firstRetryMs;
    outage = false;
    listener.onListening?.();
  };
  while (!stop.aborted) {
    try {
      await listenUntilLost(listening, onListening);
    } catch (error) {
      if (!outage && !stop.aborted) listener.onLost(error);
      outage = true;
    }
    await delay(retryMs, undefined, { signal: stop }).catch(() => undefined);
    retryMs = Math.min(retryMs * 2, longestRetryMs);
  }
}

/** Resolves when stopped; throws when the connection fails or is lost. */
async function listenUntilLost(
  { url, role, channel, listener, stop }: Listening,
  onListening: () => void,
): Promise<void> {
  const client = new Client({ ...connectionOptions(url, role), query_timeout: listenTimeoutMs });
  client.on('notification', ({ payload }) => {
    if (payload !== undefined) listener.onNotified(payload);
  });
  const connectionEnded = new AbortController();
  const over = new Promise<void>((resolve, reject) => {
    stop.addEventListener('abort', () => resolve(), { once: true, signal: connectionEnded.signal });
    client.on('error', reject);
    client.on('end', () => reject(new Error('the connection ended')));
  });
  try {
    const started = client.connect().then(() => client.query(`listen ${channel}`));
    await Promise.race([started, over]);
    if (!stop.aborted) onListening();
    await over;
  } finally {
    connectionEnded.abort();
    await client.end().catch(() => undefined);
  }
}
