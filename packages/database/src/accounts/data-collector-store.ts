import { defaultDataset } from '@hourglass/query';
import type { DataCollector, DataCollectorStore, NewDataCollector } from '@hourglass/reports';
import { insertAuditEvent } from '../audit/insert-audit-event.ts';
import type { Connection, ScopedPrisma } from '../connection/scoped-prisma.ts';
import { withOrganizationLock } from './with-organization-lock.ts';

export function createDataCollectorStore(prisma: ScopedPrisma): DataCollectorStore {
  return {
    list: (organization) =>
      prisma.transaction({ organization }, async (transaction) => {
        const collectors = await transaction.dataCollector.findMany({
          where: { organization: { name: organization, deletedAt: null } },
          select: columns,
          orderBy: { name: 'asc' },
        });
        return collectors;
      }),
    create: (organization, collector, maxFields, audit) =>
      withOrganizationLock(prisma, organization, async (transaction, organizationId) => {
        const foldedName = collector.name.toLowerCase();
        const key = { organizationId_foldedName: { organizationId, foldedName } };
        if ((await transaction.dataCollector.findUnique({ where: key })) !== null) return { kind: 'exists' };
        const outcome = await declareEverywhere(transaction, organizationId, collector, maxFields);
        if (outcome !== 'declared') return { kind: outcome };
        const data = { ...collector, organizationId, foldedName };
        const created = await transaction.dataCollector.create({ data, select: columns });
        await insertAuditEvent(transaction, audit(created));
        return { kind: 'created', collector: created };
      }),
    delete: (organization, name, audit) =>
      withOrganizationLock(prisma, organization, async (transaction, organizationId) => {
        const { count } = await transaction.dataCollector.deleteMany({ where: { organizationId, name } });
        if (count === 0) return false;
        await transaction.$executeRaw`
          with deleted as (
            delete from custom_fields f using environments e
             where e.organization_id = ${organizationId}::integer and f.environment_id = e.id
               and f.dataset = ${defaultDataset} and f.name = ${name}
            returning f.id, f.environment_id, f.dataset, f.name, f.type
          )
          insert into deleted_custom_fields (id, environment_id, dataset, name, type) select * from deleted`;
        await insertAuditEvent(transaction, audit);
        return true;
      }),
  };
}

/** Declares the collectors of an organization in its new environment. */
export async function declareCollectors(
  transaction: Connection,
  { organizationId, environmentId }: { readonly organizationId: number; readonly environmentId: number },
): Promise<void> {
  await transaction.$executeRaw`
    insert into custom_fields (environment_id, dataset, name, folded_name, type, description)
    select ${environmentId}::integer, ${defaultDataset}, name, folded_name, type, description
      from data_collectors where organization_id = ${organizationId}::integer`;
}

const columns = { name: true, type: true, description: true, createdAt: true } as const satisfies {
  readonly [Column in keyof DataCollector]: true;
};

/** Locks the environments as declarations of their fields do, so that the limit is exact. */
async function declareEverywhere(
  transaction: Connection,
  organizationId: number,
  { name, type, description }: NewDataCollector,
  maxFields: number,
): Promise<'declared' | 'exists' | 'full'> {
  const locked = await transaction.$queryRaw<{ id: number }[]>`
    select id from environments where organization_id = ${organizationId}::integer order by id for no key update`;
  const ids = locked.map(({ id }) => id);
  const fields = await transaction.customField.findMany({
    where: { environmentId: { in: ids }, dataset: defaultDataset },
    select: { environmentId: true, foldedName: true, name: true, type: true },
  });
  const foldedName = name.toLowerCase();
  const same = fields.filter((field) => field.foldedName === foldedName);
  if (same.some((field) => field.name !== name || field.type !== type)) return 'exists';
  const having = new Set(same.map(({ environmentId }) => environmentId));
  const lacking = ids.filter((id) => !having.has(id));
  const count = (id: number) => fields.filter(({ environmentId }) => environmentId === id).length;
  if (lacking.some((id) => count(id) >= maxFields)) return 'full';
  await transaction.customField.createMany({
    data: lacking.map((environmentId) => ({
      ...{ environmentId, dataset: defaultDataset, name, foldedName, type, description },
    })),
  });
  return 'declared';
}
