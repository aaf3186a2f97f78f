import type { Socket } from 'node:net';
import type { ConnectionLimits, ConnectionMetrics } from './api-server-parts.ts';
import { createSlots } from './slots.ts';

/** Counts connections and unfinished heads, in all and per network of an address. */
export interface Admission {
  /** Counts a new connection until it closes. False: it exceeds a limit. */
  admit(socket: Socket): boolean;
  /**
   * Counts the unfinished head of a connection, or its unfinished handshake, until `endHead` or its
   * end. False: it exceeds a limit.
   */
  beginHead(socket: Socket): boolean;
  endHead(socket: Socket): void;
}

/** `ownerOf` returns the network of a connection; null: that of a proxy, which has many clients. */
export function createAdmission(
  limits: ConnectionLimits,
  { ownerOf, metrics }: { ownerOf: (socket: Socket) => string | null; metrics: ConnectionMetrics },
): Admission {
  const connections = createSlots({
    max: limits.maxConnections,
    maxPerOwner: limits.maxConnectionsPerAddress,
  });
  const heads = createSlots({
    max: limits.maxUnfinishedHeads,
    maxPerOwner: limits.maxUnfinishedHeadsPerAddress,
  });
  const headEnds = new Map<Socket, () => void>();
  metrics.watchConnections(() => ({ open: connections.used, unfinishedHeads: heads.used }));

  const endHead = (socket: Socket) => {
    headEnds.get(socket)?.();
    headEnds.delete(socket);
  };
  return {
    endHead,
    admit(socket) {
      const release = connections.take(ownerOf(socket));
      if (release === null) {
        metrics.countRefusedConnection('connections');
        return false;
      }
      socket.once('close', release);
      return true;
    },
    beginHead(socket) {
      const release = heads.take(ownerOf(socket));
      if (release === null) {
        metrics.countRefusedConnection('unfinished_heads');
        return false;
      }
      headEnds.set(socket, release);
      socket.once('close', () => endHead(socket));
      return true;
    },
  };
}
