import type { Request, Response } from 'express';
import { awaitsContinue } from './expect-continue.ts';

/**
 * Discards the rest of a body that was read in part, so that a client that is still sending reads the
 * response. The connection closes afterwards: the next request on it would wait behind the rest.
 */
export function discardBody(request: Request, response: Response): void {
  // A client that was not told to send may send its next request instead of the body.
  if (awaitsContinue(request) && !request.readableDidRead) response.set('Connection', 'close');
  if (!request.readableDidRead || request.complete) return;
  request.resume();
  response.set('Connection', 'close');
}
