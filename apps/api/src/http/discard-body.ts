import type { Request, Response } from 'express';
import { awaitsContinue } from './expect-continue.ts';
import { lingerMs } from './unreadable-request.ts';

/** Periods of `lingerMs` after which a client that keeps sending is cut off. */
const maxLingerPeriods = 5;

/**
 * Discards the rest of a body that did not arrive as a whole, so that a client that is still sending reads the
 * response.
 */
export function discardBody(request: Request, response: Response): void {
  if (request.complete) return;
  // The next request on the connection would wait behind the rest, and a client that was not told to send may
  // send its next request instead of the body.
  if (request.readableDidRead || awaitsContinue(request)) response.set('Connection', 'close');
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
    let [seenBytes, periods] = [socket.bytesRead, 0];
    const linger = setInterval(() => {
      periods += 1;
      if (socket.bytesRead === seenBytes || periods === maxLingerPeriods) socket.destroy();
      seenBytes = socket.bytesRead;
    }, lingerMs);
    socket.once('close', () => clearInterval(linger));
  };
}
