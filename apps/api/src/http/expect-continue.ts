import type { RequestListener, Server } from 'node:http';
import type { Request, Response } from 'express';

/**
 * Passes requests with `Expect: 100-continue` on without telling the client to send, so that one
 * that is refused by its head sends no body.
 */
export function leaveContinueTo(app: RequestListener, server: Server): void {
  server.on('checkContinue', app);
}

/** Tells a client that waits for it to send the body. Called before a body is read. */
export function sendContinue(request: Request, response: Response): void {
  if (awaitsContinue(request)) response.writeContinue();
}

export function awaitsContinue({ headers }: Request): boolean {
  return headers.expect?.toLowerCase() === '100-continue';
}
