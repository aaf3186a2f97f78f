import type { Tenant } from '@hourglass/query';
import type { HostnameStore, HostnamesOutcome } from '@hourglass/reports';
import { insertAuditEvent } from '../audit/insert-audit-event.ts';
import type { Connection, ScopedPrisma } from '../connection/scoped-prisma.ts';

export function createHostnameStore(prisma: ScopedPrisma): HostnameStore {
  return {
    findTenant: (organization, hostname) =>
      prisma.transaction({ organization }, (transaction) => findTenant(transaction, organization, hostname)),
    list: (tenant) =>
      prisma.transaction({ organization: tenant.organization }, (transaction) => list(transaction, tenant)),
    replace: (tenant, hostnames, audit) =>
      prisma.transaction({ organization: tenant.organization }, async (transaction) => {
        const outcome = await replace(transaction, tenant, hostnames);
        if (outcome.kind === 'replaced') await insertAuditEvent(transaction, audit(outcome.hostnames));
        return outcome;
      }),
  };
}

async function findTenant(
  transaction: Connection,
  organization: string,
  hostname: string,
): Promise<Tenant | null> {
  const row = await transaction.environmentHostname.findFirst({
    where: { hostname, organization: { name: organization } },
    select: { environment: { select: { id: true, name: true } } },
  });
  return row === null
    ? null
    : { organization, environment: row.environment.name, environmentId: row.environment.id };
}

async function list(transaction: Connection, { environmentId }: Tenant): Promise<string[]> {
  const rows = await transaction.environmentHostname.findMany({ where: { environmentId } });
  // Sorted here, because the database's collation may be any.
  return rows.map(({ hostname }) => hostname).toSorted();
}

async function replace(
  transaction: Connection,
  tenant: Tenant,
  hostnames: readonly string[],
): Promise<HostnamesOutcome> {
  const { organization, environmentId } = tenant;
  // Serializes the changes of an organization: two environments that swap hostnames would deadlock.
  await transaction.$executeRaw`select id from organizations where name = ${organization} for no key update`;
  const listed = { hostname: { in: [...hostnames] } };
  const taken = await transaction.environmentHostname.findFirst({
    where: { ...listed, organization: { name: organization }, environmentId: { not: environmentId } },
    include: { environment: true },
    orderBy: { hostname: 'asc' },
  });
  if (taken !== null) {
    return { kind: 'taken', hostname: taken.hostname, environment: taken.environment.name };
  }
  await transaction.environmentHostname.deleteMany({ where: { environmentId, NOT: listed } });
  await transaction.$executeRaw`
    insert into environment_hostnames (organization_id, hostname, environment_id)
    select e.organization_id, hostname, e.id
      from environments e cross join unnest(${hostnames}::text[]) as listed(hostname)
     where e.id = ${environmentId}::integer and e.organization_id is not null
        on conflict (organization_id, hostname) do nothing`;
  return { kind: 'replaced', hostnames: await list(transaction, tenant) };
}
