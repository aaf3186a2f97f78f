import type { Socket } from 'node:net';

/**
 * Passes on the first bytes of a connection. The caller puts them back with `unshift`.
 * @param options.onTimeout called after `timeoutMs` without any
 */
export function receiveFirstBytes(
  socket: Socket,
  { timeoutMs, onTimeout }: { readonly timeoutMs: number; readonly onTimeout: () => void },
  receive: (bytes: Buffer) => void,
): void {
  const stop = () => {
    clearTimeout(timeout);
    socket.off('data', first).off('end', end).off('close', stop);
  };
  const first = (bytes: Buffer) => {
    stop();
    receive(bytes);
  };
  const end = () => socket.destroy();
  const timeout = setTimeout(onTimeout, timeoutMs);
  // Node.js reports what concerns a request; before one, a broken connection is of no interest.
  socket.on('error', () => undefined);
  socket.on('data', first).on('end', end).on('close', stop);
}
