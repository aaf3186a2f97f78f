import type { ConsumptionStore } from '@hourglass/reports';
import type { ScopedPool } from '../../connection/scoped-pool.ts';
import { servedByDatabase } from '../../connection/database-errors.ts';
import { currentConsumption } from './current-consumption.ts';
import { consumptionHistory } from './consumption-history.ts';
import { listCustomers } from './list-customers.ts';

export function createConsumptionStore(pool: ScopedPool): ConsumptionStore {
  return {
    customers: (tenant, page) => servedByDatabase(() => listCustomers(pool.within(tenant), tenant, page)),
    current: (tenant, customerId) =>
      servedByDatabase(() => currentConsumption(pool.within(tenant), tenant, customerId)),
    history: (tenant, customerId, options) =>
      servedByDatabase(() => consumptionHistory(pool.within(tenant), { tenant, customerId, ...options })),
  };
}
