import type { Tenant } from '@hourglass/query';
import { ReportError, type DisabledReason, type WebhookEndpoint } from '@hourglass/reports';
import type { Connection } from '../connection/scoped-prisma.ts';
import { Prisma } from '../generated/client.ts';

export interface EndpointRow extends Omit<WebhookEndpoint, 'disabled'> {
  readonly disabledReason: DisabledReason | null;
  readonly disabledAt: Date | null;
}

export const endpointColumns = Prisma.sql`
  id, url, description, events, enabled, failing_since as "failingSince",
  case when old_secret_until > now() then old_secret_until end as "oldSecretUntil",
  disabled_reason as "disabledReason", disabled_at as "disabledAt",
  created_at as "createdAt", modified_at as "modifiedAt"`;

export function webhookEndpoint({ disabledReason, disabledAt, ...row }: EndpointRow): WebhookEndpoint {
  const disabled =
    disabledReason === null || disabledAt === null ? null : { reason: disabledReason, at: disabledAt };
  return { ...row, disabled };
}

/**
 * Locks the endpoint, before any of its deliveries.
 * @throws ReportError `webhook.not_found`
 */
export async function lockEndpoint(
  transaction: Connection,
  { environmentId }: Tenant,
  id: string,
): Promise<{ readonly enabled: boolean }> {
  const rows = await transaction.$queryRaw<{ enabled: boolean }[]>`
    select enabled from webhook_endpoints
     where id = ${id}::uuid and environment_id = ${environmentId}::integer for no key update`;
  const [row] = rows;
  if (row === undefined) throw new ReportError('webhook.not_found', { id });
  return row;
}
