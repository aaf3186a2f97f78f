import type { Request, Response } from 'express';
import { awaitsContinue } from './expect-continue.ts';
import { lingerMs } from './unreadable-request.ts';

/**
 * Discards the rest of a body that was read in part, so that a client that is still sending reads the
 * response. The connection closes afterwards: the next request on it would wait behind the rest.
 */
export function discardBody(request: Request, response: Response): void {
  // A client that was not told to send may send its next request instead of the body.
  if (awaitsContinue(request) && !request.readableDidRead) response.set('Connection', 'close');
  if (!request.readableDidRead || request.complete) return;
  response.set('Connection', 'close');
  closeOnceClientHasRead(request);
}

/**
 * Replaces the end that Node.js makes of a connection after its last response. It closes at once, and bytes that
 * arrive at a closed connection reset it: the client fails to write and never reads the response.
 */
function closeOnceClientHasRead(request: Request): void {
  const { socket } = request;
  socket.destroySoon = () => {
    socket.end();
    // The reader of the body may still listen, and the rest would wait for it.
    request.removeAllListeners('readable').resume();
    const linger = setTimeout(() => socket.destroy(), lingerMs);
    socket.once('close', () => clearTimeout(linger));
  };
}
