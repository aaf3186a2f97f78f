import type { Response } from 'express';

/** Aborts when nobody waits for the answer any longer. */
export function clientGone(response: Response): AbortSignal {
  const gone = new AbortController();
  const abort = () => gone.abort(new Error('the client went away'));
  // It may have gone while the caller was looked up: that is not told again.
  if (response.destroyed) abort();
  else response.once('close', abort);
  return gone.signal;
}
