import type { Response } from 'express';

/** Returns a signal that aborts when the client closes the connection. */
export function clientGone(response: Response): AbortSignal {
  const gone = new AbortController();
  const abort = () => gone.abort(new Error('the client went away'));
  // The connection may have closed during authentication; `close` is not emitted again.
  if (response.destroyed) abort();
  else response.once('close', abort);
  return gone.signal;
}
