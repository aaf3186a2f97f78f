import type { Socket } from 'node:net';
import { endWith, maxHeadBytes, maxOrdersHeadBytes, unreadable } from '../http/unreadable-request.ts';
import type { ApiServerParts } from './api-server-parts.ts';
import { handOver } from './hand-over.ts';
import { accessKeyIdOf, HeadBuffer, mayBeginWithOrders } from './orders-head.ts';
import { createSlots } from './slots.ts';

/** Unfinished heads of more than 16 KiB: at most 64 MiB in memory, and 16 MiB of one address. */
const longHeads = { max: 16, maxPerOwner: 4 };

interface OrdersServing {
  /** For a connection that turns out to begin with another request. */
  readonly serve: (socket: Socket) => void;
  readonly serveOrders: (socket: Socket) => void;
  readonly timeoutMs: number;
}

type Refusal = (typeof unreadable)[keyof typeof unreadable];

/**
 * Receives the whole head of a request for orders before Node.js parses it. The access key, which
 * most clients put at the end of the URL, must be known for a head of more than 16 KiB.
 */
export function ordersReceiver(
  { ownerOf, isKnownAccessKey }: Pick<ApiServerParts, 'ownerOf' | 'isKnownAccessKey'>,
  { serve, serveOrders, timeoutMs }: OrdersServing,
): (socket: Socket, first: Buffer) => void {
  const slots = createSlots(longHeads);

  return (socket, first) => {
    const head = new HeadBuffer();
    let release: (() => void) | null = null;
    const stop = () => {
      clearTimeout(timeout);
      socket.off('data', add).off('end', end).off('close', stop);
      release?.();
    };
    const refuse = (refusal: Refusal) => {
      stop();
      endWith(socket, refusal);
    };
    const add = (chunk: Buffer) => {
      head.add(chunk);
      const isLong = head.length > maxHeadBytes;
      if (isLong) release ??= slots.take(ownerOf(socket));
      if (head.length > maxOrdersHeadBytes) refuse(unreadable.ordersHeadTooLarge);
      else if (isLong && release === null) refuse(unreadable.tooManyConnections);
      else if (!mayBeginWithOrders(head.bytes)) pass(serve);
      else if (head.isWhole && !isLong) pass(serveOrders);
      else if (head.isWhole) void passIfKeyIsKnown();
    };
    const pass = (to: (socket: Socket) => void) => {
      stop();
      if (!socket.destroyed) handOver(socket, head.bytes, to);
    };
    const passIfKeyIsKnown = async () => {
      socket.off('data', add).pause();
      const id = accessKeyIdOf(head.bytes);
      try {
        if (id !== null && (await isKnownAccessKey(id))) pass(serveOrders);
        else refuse(unreadable.headTooLarge);
      } catch {
        refuse(unreadable.unavailable);
      }
    };
    const end = () => socket.destroy();
    const timeout = setTimeout(() => refuse(unreadable.headTimeout), timeoutMs);
    socket.on('data', add).on('end', end).on('close', stop);
    add(first);
  };
}
