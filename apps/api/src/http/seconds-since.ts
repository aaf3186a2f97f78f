import type { Response } from 'express';

/** Seconds since the request of this response arrived. */
export function secondsSince({ locals }: Response): number {
  return (performance.now() - Number(locals['startedAtMs'])) / 1000;
}
