import type { Tenant } from '@hourglass/query';
import type { CustomFieldStore, Declaration, DeclarationOutcome } from '@hourglass/reports';
import { servedByDatabase } from '../connection/database-errors.ts';
import type { GatherReads } from '../request-reads/gather-reads.ts';
import type { PrismaClient } from '../generated/client.ts';
import { customFieldReader } from '../request-reads/custom-field-reader.ts';

const columns = {
  id: true,
  dataset: true,
  name: true,
  type: true,
  description: true,
  createdAt: true,
} as const;

export function createCustomFieldStore(prisma: PrismaClient, reads: GatherReads): CustomFieldStore {
  const fieldsOf = customFieldReader(reads);
  return {
    find: ({ environmentId }, dataset) =>
      servedByDatabase(async () => {
        const found = await fieldsOf({ environmentId, dataset: dataset ?? null });
        if (found === null) throw new Error(`environment ${environmentId} does not exist`);
        return found;
      }),
    declare: (tenant, declaration, maxFields) =>
      servedByDatabase(() => declare(prisma, tenant, declaration, maxFields)),
    delete: ({ environmentId }, { dataset, name }) =>
      servedByDatabase(async () => {
        const count = await prisma.$executeRaw`
          with deleted as (
            delete from custom_fields
             where environment_id = ${environmentId}::integer and dataset = ${dataset} and name = ${name}
            returning id, environment_id, dataset, name, type
          )
          insert into deleted_custom_fields (id, environment_id, dataset, name, type) select * from deleted`;
        return count > 0;
      }),
    changeUndeclared: ({ environmentId: id }, undeclaredFields) =>
      servedByDatabase(async () => {
        await prisma.environment.update({ where: { id }, data: { undeclaredFields }, select: { id: true } });
      }),
  };
}

/**
 * Statements after the lock see every declaration of the environment that was committed before it.
 */
function declare(
  prisma: PrismaClient,
  { environmentId }: Tenant,
  declaration: Declaration,
  maxFields: number,
): Promise<DeclarationOutcome> {
  const { dataset } = declaration;
  const foldedName = declaration.name.toLowerCase();
  return prisma.$transaction(
    async (transaction) => {
      await transaction.$executeRaw`
        select id from environments where id = ${environmentId}::integer for no key update`;
      const present = await transaction.customField.findMany({
        where: { environmentId, dataset },
        select: { foldedName: true },
      });
      if (present.some((field) => field.foldedName === foldedName)) return { kind: 'exists' };
      if (present.length >= maxFields) return { kind: 'full' };
      const data = { ...declaration, environmentId, foldedName };
      return { kind: 'declared', field: await transaction.customField.create({ data, select: columns }) };
    },
    { maxWait: 10_000, timeout: 30_000 },
  );
}
