import {
  deletedOrganizationMs,
  sweepDeletedTenants,
  type SweepDeletedTenantsPorts,
} from '@hourglass/reports';
import type { PeriodicJob } from '../periodic-job.ts';

/** Deletes the data of deleted environments and organizations. */
export function sweepDeletedTenantsJob(ports: SweepDeletedTenantsPorts): PeriodicJob {
  return {
    name: 'sweep-deleted-tenants',
    everyMs: 60_000,
    run: (signal) => sweepDeletedTenants(ports, { organizationForMs: deletedOrganizationMs, signal }),
  };
}
