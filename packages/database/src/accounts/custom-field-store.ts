import type { Tenant } from '@hourglass/query';
import type {
  AuditOf,
  CustomFieldStore,
  Declaration,
  DeclarationOutcome,
  DeclaredField,
  EnvironmentWithFields,
} from '@hourglass/reports';
import { auditJson, insertAuditEvent } from '../audit/insert-audit-event.ts';
import type { GatherReads } from '../request-reads/gather-reads.ts';
import type { ScopedPrisma } from '../connection/scoped-prisma.ts';
import { customFieldReader } from '../request-reads/custom-field-reader.ts';

const columns = {
  id: true,
  dataset: true,
  name: true,
  type: true,
  description: true,
  createdAt: true,
} as const;

export function createCustomFieldStore(prisma: ScopedPrisma, reads: GatherReads): CustomFieldStore {
  const fieldsOf = customFieldReader(reads);
  return {
    async find(tenant, dataset) {
      const found = await fieldsOf({ tenant, dataset: dataset ?? null });
      if (found === null) throw new Error(`environment ${tenant.environmentId} does not exist`);
      return found;
    },
    listEnvironments: (organization, dataset) => listEnvironments(prisma, organization, dataset),
    declare: (tenant, declaration, maxFields, audit) =>
      declare(prisma, tenant, declaration, { maxFields, audit }),
    delete: ({ environmentId }, { dataset, name }, audit) =>
      prisma.transaction({ environmentId }, async (transaction) => {
        const rows = await transaction.$queryRaw<object[]>`
          with deleted as (
            delete from custom_fields
             where environment_id = ${environmentId}::integer and dataset = ${dataset} and name = ${name}
            returning id, environment_id, dataset, name, type
          ), kept as (
            insert into deleted_custom_fields (id, environment_id, dataset, name, type) select * from deleted
          )
          select insert_audit_event(${auditJson(audit)}::jsonb) from deleted`;
        return rows.length > 0;
      }),
    changeUndeclared: ({ environmentId: id }, undeclaredFields, audit) =>
      prisma.transaction({ environmentId: id }, async (transaction) => {
        await transaction.environment.update({
          where: { id },
          data: { undeclaredFields },
          select: { id: true },
        });
        await insertAuditEvent(transaction, audit);
      }),
  };
}

function listEnvironments(
  prisma: ScopedPrisma,
  organization: string,
  dataset: string,
): Promise<readonly EnvironmentWithFields[]> {
  return prisma.transaction({ organization }, async (transaction) => {
    const environments = await transaction.environment.findMany({
      where: { organization: { name: organization, deletedAt: null } },
      select: {
        ...{ id: true, name: true },
        customFields: {
          where: { dataset },
          select: { id: true, name: true, type: true },
          orderBy: { name: 'asc' },
        },
      },
      orderBy: { name: 'asc' },
    });
    return environments.map(({ id, name, customFields }) => ({
      tenant: { organization, environment: name, environmentId: id },
      fields: customFields,
    }));
  });
}

/**
 * Statements after the lock see every declaration of the environment that was committed before it.
 */
function declare(
  prisma: ScopedPrisma,
  { environmentId }: Tenant,
  declaration: Declaration,
  { maxFields, audit }: { readonly maxFields: number; readonly audit: AuditOf<DeclaredField> },
): Promise<DeclarationOutcome> {
  const { dataset } = declaration;
  const foldedName = declaration.name.toLowerCase();
  return prisma.transaction({ environmentId }, async (transaction) => {
    await transaction.$executeRaw`
        select id from environments where id = ${environmentId}::integer for no key update`;
    const present = await transaction.customField.findMany({
      where: { environmentId, dataset },
      select: { foldedName: true },
    });
    if (present.some((field) => field.foldedName === foldedName)) return { kind: 'exists' };
    if (present.length >= maxFields) return { kind: 'full' };
    const data = { ...declaration, environmentId, foldedName };
    const field = await transaction.customField.create({ data, select: columns });
    await insertAuditEvent(transaction, audit(field));
    return { kind: 'declared', field };
  });
}
