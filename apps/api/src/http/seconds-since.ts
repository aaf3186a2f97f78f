import type { Response } from 'express';

/** Seconds since the request of this response arrived, without the time for which the client asked it to wait. */
export function secondsSince({ locals }: Response): number {
  return (performance.now() - Number(locals['startedAtMs'])) / 1000;
}

/** Leaves time out of the duration of the request, because waiting for a query is no sign of a slow service. */
export function leaveOut({ locals }: Response, waitedMs: number): void {
  locals['startedAtMs'] = Number(locals['startedAtMs']) + waitedMs;
}
