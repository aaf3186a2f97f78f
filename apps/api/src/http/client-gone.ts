import type { Response } from 'express';

/**
 * Returns a signal that aborts when the client closes the connection: the same for each call, so
 * that a long request does not collect listeners.
 */
export function clientGone(response: Response): AbortSignal {
  const known = response.locals['clientGone'] as AbortSignal | undefined;
  if (known !== undefined) return known;
  const gone = new AbortController();
  response.locals['clientGone'] = gone.signal;
  const abort = () => gone.abort(new Error('the client went away'));
  // The connection may have closed during authentication; `close` is not emitted again.
  if (response.destroyed) abort();
  else response.once('close', abort);
  return gone.signal;
}
