import type { ScanEstimates, Semaphore } from '@hourglass/reports';
import type { Response } from 'express';
import { clientGone } from './client-gone.ts';

export interface ScanPorts {
  readonly scans: ScanEstimates;
  /** Limits concurrent estimates. */
  readonly semaphore: Semaphore;
}

/** Estimates in turn, and only while the client of the response is there. */
export function scansWhileConnected(response: Response, { scans, semaphore }: ScanPorts): ScanEstimates {
  return { estimate: (plan) => semaphore.run(clientGone(response), () => scans.estimate(plan)) };
}
