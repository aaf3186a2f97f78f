import { ServiceUnavailable, type Service } from '../service-unavailable.ts';
import { AttemptFailure } from './failure-reasons.ts';
import { scratchDiskFault } from './scratch-disk-fault.ts';

/**
 * Returns the service whose outage the error reports, or null for another error. Errors of files are
 * those of the scratch disk, because the object store reports its own.
 */
export function unavailableService(error: unknown): Service | null {
  if (error instanceof ServiceUnavailable) return error.service;
  if (error instanceof AttemptFailure)
    return error.failure === 'diskFull' || error.failure === 'diskBroken' ? 'scratch disk' : null;
  return scratchDiskFault(error) === null ? null : 'scratch disk';
}
