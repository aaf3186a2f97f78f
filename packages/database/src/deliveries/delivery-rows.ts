import type { DeliveryRecord } from '@hourglass/reports';
import { Prisma } from '../generated/client.ts';

export interface DeliveryRow extends Omit<DeliveryRecord, 'attempts'> {
  readonly attempts: readonly AttemptJson[];
}

interface AttemptJson {
  readonly at: string;
  readonly durationMs?: number;
  readonly status?: number | null;
  readonly error?: string | null;
}

/** The columns of `deliveries d` that a log shows. */
export const deliveryColumns = Prisma.sql`
  d.id, d.type, d.query_id as "queryId", d.state::text as state, d.created_at as "createdAt",
  d.ended_at as "endedAt", d.failure, case when d.state = 'pending' then d.due_at end as "nextAttemptAt",
  d.attempts`;

export function deliveryRecord({ attempts, ...row }: DeliveryRow): DeliveryRecord {
  return {
    ...row,
    attempts: attempts.map(({ at, durationMs = null, status = null, error = null }) => ({
      at: new Date(at),
      durationMs,
      status,
      error,
    })),
  };
}
