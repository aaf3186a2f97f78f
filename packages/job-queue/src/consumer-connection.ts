import { Redis, type RedisOptions } from 'ioredis';
import { retryDelayMs } from './retry-delay.ts';

export type ConnectionListener = (connected: boolean, error: Error | null) => void;

/**
 * A Redis connection that tracks its duplicates, so that all of them can be watched and cut. BullMQ's worker duplicates
 * its connection to wait for jobs, and the worker's `close` can wait for ever while Redis is down.
 */
export class ConsumerConnection extends Redis {
  private readonly connections: Redis[] = [];
  /** Connections with an error since they were last ready. Their status stays `ready` until the socket closes. */
  private readonly failing = new Set<Redis>();
  private readonly onChange: ConnectionListener;

  constructor(redisUrl: string, onChange: ConnectionListener) {
    super(redisUrl, {
      // Required by BullMQ: its commands wait until Redis is back.
      maxRetriesPerRequest: null,
      retryStrategy: retryDelayMs,
    });
    this.onChange = onChange;
    this.track(this);
  }

  override duplicate(override?: Partial<RedisOptions>): Redis {
    const copy = super.duplicate(override);
    this.track(copy);
    return copy;
  }

  isConnected(): boolean {
    return this.failing.size === 0 && this.connections.every(({ status }) => status === 'ready');
  }

  /** Closes all connections at once, without reconnecting. */
  cut(): void {
    for (const connection of this.connections) connection.disconnect();
  }

  private track(connection: Redis): void {
    this.connections.push(connection);
    connection.on('ready', () => {
      this.failing.delete(connection);
      this.onChange(this.isConnected(), null);
    });
    connection.on('error', (error) => {
      this.failing.add(connection);
      this.onChange(false, error);
    });
  }
}
