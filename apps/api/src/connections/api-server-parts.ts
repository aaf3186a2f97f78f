import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import type { ApiMetrics, Settings } from '@hourglass/platform';
import type { PemPair } from './certificate.ts';

export type ConnectionLimits = Settings<'api'>['connections'];
export type ConnectionMetrics = Pick<ApiMetrics, 'watchConnections' | 'countRefusedConnection'>;

export interface ApiServerParts {
  readonly app: RequestListener;
  readonly limits: ConnectionLimits;
  /** Null: HTTP without TLS. */
  readonly certificate: PemPair | null;
  /** The network of a connection's address; null: a proxy, whose clients share its connections. */
  readonly ownerOf: (socket: Socket) => string | null;
  readonly isKnownAccessKey: (id: string) => Promise<boolean>;
  readonly metrics: ConnectionMetrics;
}
