import type { ConsumptionStore } from '@hourglass/reports';
import type { Pool } from 'pg';
import { servedByDatabase } from '../../connection/database-errors.ts';
import { currentConsumption } from './current-consumption.ts';
import { consumptionHistory } from './consumption-history.ts';

export function createConsumptionStore(pool: Pool): ConsumptionStore {
  return {
    current: (tenant, customerId) => servedByDatabase(() => currentConsumption(pool, tenant, customerId)),
    history: (tenant, customerId, options) =>
      servedByDatabase(() => consumptionHistory(pool, { tenant, customerId, ...options })),
  };
}
