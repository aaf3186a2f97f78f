import type { Tenant } from '@hourglass/query';

/** How long environments keep facts, where that is their own choice. Days; null: as the settings have it. */
export interface RetentionStore {
  find(tenant: Tenant): Promise<number | null>;
  /** What is past it goes with the next sweep of any worker, and does not come back. */
  change(tenant: Tenant, retentionDays: number | null): Promise<void>;
}
