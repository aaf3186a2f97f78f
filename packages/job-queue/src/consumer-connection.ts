import { Redis, type RedisOptions } from 'ioredis';
import { retryDelayMs } from './retry-delay.ts';

export type ConnectionListener = (connected: boolean, error: Error | null) => void;

/**
 * BullMQ's worker duplicates the connection it is given, to wait for jobs on the copy, and its `close` can wait
 * for ever for a Redis that is gone. This one remembers its duplicates, so that all can be watched and cut.
 */
export class ConsumerConnection extends Redis {
  private readonly connections: Redis[] = [];
  /** Those that reported an error and were not ready since; ioredis calls them ready until their socket closes. */
  private readonly failing = new Set<Redis>();
  private readonly onChange: ConnectionListener;

  constructor(redisUrl: string, onChange: ConnectionListener) {
    super(redisUrl, {
      // Required by BullMQ: its commands wait for Redis to come back.
      maxRetriesPerRequest: null,
      retryStrategy: retryDelayMs,
    });
    this.onChange = onChange;
    this.remember(this);
  }

  override duplicate(override?: Partial<RedisOptions>): Redis {
    const copy = super.duplicate(override);
    this.remember(copy);
    return copy;
  }

  isConnected(): boolean {
    return this.failing.size === 0 && this.connections.every(({ status }) => status === 'ready');
  }

  /** At once, and for good. */
  cut(): void {
    for (const connection of this.connections) connection.disconnect();
  }

  private remember(connection: Redis): void {
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
