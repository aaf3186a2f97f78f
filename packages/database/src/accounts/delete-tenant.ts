import {
  ReportError,
  type AuditOf,
  type DeletionTerms,
  type EnvironmentDeletion,
  type OrganizationDeletion,
  type TenantContents,
} from '@hourglass/reports';
import { insertAuditEvent } from '../audit/insert-audit-event.ts';
import { everyTenant } from '../connection/scope.ts';
import { cancelChannel } from '../queries/cancel-signals.ts';
import type { Connection, ScopedPrisma } from '../connection/scoped-prisma.ts';
import { withOrganizationLock } from './with-organization-lock.ts';

/** @throws ReportError `organization.not_found`, `environment.not_found` */
export function deleteEnvironment(
  prisma: ScopedPrisma,
  { organization, environment }: { readonly organization: string; readonly environment: string },
  { isDryRun, audit }: DeletionTerms & { readonly audit: AuditOf<EnvironmentDeletion> },
): Promise<EnvironmentDeletion> {
  return withOrganizationLock(prisma, organization, async (transaction, organizationId) => {
    const found = await transaction.environment.findFirst({
      where: { organizationId, name: environment },
      select: { id: true },
    });
    if (found === null) throw new ReportError('environment.not_found', { organization, environment });
    const contents = await contentsOf(transaction, [found.id]);
    if (isDryRun) return contents;
    await detach(prisma, transaction, { organization, environmentIds: [found.id] });
    await insertAuditEvent(transaction, audit(contents));
    return contents;
  });
}

/**
 * Locks the caller's organization too, so that two operators cannot delete each other's.
 * @throws ReportError `organization.not_found`
 */
export function deleteOrganization(
  prisma: ScopedPrisma,
  { caller, organization }: { readonly caller: string; readonly organization: string },
  { isDryRun, audit }: DeletionTerms & { readonly audit: AuditOf<OrganizationDeletion> },
): Promise<OrganizationDeletion> {
  return prisma.transaction(everyTenant, async (transaction) => {
    const locked = await transaction.$queryRaw<{ id: number; name: string }[]>`
      select id, name from organizations
       where name in (${caller}, ${organization}) and deleted_at is null
       order by id for update`;
    const missing = [caller, organization].find((name) => !locked.some((row) => row.name === name));
    if (missing !== undefined) throw new ReportError('organization.not_found', { organization: missing });
    await prisma.enter(transaction, { organization });
    const organizationId = locked.find(({ name }) => name === organization)?.id ?? 0;
    const environments = await transaction.environment.findMany({
      where: { organizationId },
      select: { id: true, name: true },
      orderBy: { name: 'asc' },
    });
    const ids = environments.map(({ id }) => id);
    const contents = await contentsOf(transaction, ids);
    const users = await transaction.user.count({ where: { organizationId } });
    const deletion = { environments: environments.map(({ name }) => name), users, ...contents };
    if (isDryRun) return deletion;
    await detach(prisma, transaction, { organization, environmentIds: ids });
    await transaction.user.deleteMany({ where: { organizationId } });
    await transaction.dataCollector.deleteMany({ where: { organizationId } });
    await transaction.savedReport.deleteMany({ where: { organizationId } });
    await transaction.$executeRaw`
      update organizations set deleted_at = now() where id = ${organizationId}::integer`;
    await insertAuditEvent(transaction, audit(deletion));
    return deletion;
  });
}

async function contentsOf(
  transaction: Connection,
  environmentIds: readonly number[],
): Promise<TenantContents> {
  const [row] = await transaction.$queryRaw<TenantContents[]>`
    select (select coalesce(sum(facts), 0) from segments
             where state = 'live' and environment_id = any(${environmentIds}::integer[]))::float8
         + (select coalesce(sum(accepted - deleted), 0) from batches
             where hot and environment_id = any(${environmentIds}::integer[]))::float8 as facts,
           (select count(*) from batches where environment_id = any(${environmentIds}::integer[]))::float8 as batches,
           (select count(*) from queries where environment_id = any(${environmentIds}::integer[]))::float8 as queries`;
  return row ?? { facts: 0, batches: 0, queries: 0 };
}

/**
 * Environments without an organization are found by no request. Their queries end, and new
 * snapshots see none of their segments; the worker's sweep deletes what is left of them.
 */
async function detach(
  prisma: ScopedPrisma,
  transaction: Connection,
  {
    organization,
    environmentIds,
  }: { readonly organization: string; readonly environmentIds: readonly number[] },
): Promise<void> {
  const environmentId = { in: [...environmentIds] };
  await transaction.token.deleteMany({ where: { environmentId } });
  await transaction.accessKey.deleteMany({ where: { environmentId } });
  await transaction.environmentHostname.deleteMany({ where: { environmentId } });
  // With their deliveries.
  await transaction.webhookEndpoint.deleteMany({ where: { environmentId } });
  await transaction.$executeRaw`
    update segments set state = 'retired', retired_at = clock_timestamp(), deletions = '[]', deleted_since = null
     where environment_id = any(${environmentIds}::integer[]) and state = 'live'`;
  await transaction.$queryRaw`
    with cancelled as (
      update queries set state = 'cancelled', lease_expires_at = null, updated_at = now()
       where environment_id = any(${environmentIds}::integer[]) and state in ('enqueued', 'running')
      returning id
    )
    select pg_notify(${cancelChannel}, id::text)::text from cancelled`;
  // Last, and for all tenants, because no organization has an environment without one.
  await prisma.enter(transaction, everyTenant);
  await transaction.environment.updateMany({
    where: { id: environmentId },
    data: { organizationId: null },
  });
  await prisma.enter(transaction, { organization });
}
