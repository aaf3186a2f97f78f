import type { Semaphore, UsageStore } from '@hourglass/reports';

export const usagePath = '/v1/organizations/:organization/environments/:environment/usage';
export const usageTag = 'Usage';

export interface UsagePorts {
  readonly usage: UsageStore;
  /** Limits concurrent reads, because one may count many rows. */
  readonly semaphore: Semaphore;
  readonly nowMs: () => number;
}
