import type { Response } from 'express';

/** How long ago the request came that this is the response to. */
export function secondsSince({ locals }: Response): number {
  return (performance.now() - Number(locals['startedAtMs'])) / 1000;
}
