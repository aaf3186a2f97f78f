import type { Tenant } from '@hourglass/query';
import {
  ReportError,
  type AccessKeyChange,
  type AccessKeyRecord,
  type AccessKeyStore,
  type NewAccessKey,
} from '@hourglass/reports';
import { insertAuditEvent } from '../audit/insert-audit-event.ts';
import type { OrganizationScope } from '../connection/scope.ts';
import { accessKeyReader } from '../request-reads/access-key-reader.ts';
import type { GatherReads } from '../request-reads/gather-reads.ts';
import type { Connection, ScopedPrisma } from '../connection/scoped-prisma.ts';
import { withOrganizationLock } from './with-organization-lock.ts';

/** Excludes the secret, which only the signature check reads. */
const columns = { id: true, description: true, createdAt: true, expiresAt: true, disabledAt: true } as const;

export function createAccessKeyStore(prisma: ScopedPrisma, reads: GatherReads): AccessKeyStore {
  return {
    list: (tenant) =>
      prisma.transaction(scopeOf(tenant), async (transaction) => {
        const rows = await transaction.accessKey.findMany({
          where: { environmentId: tenant.environmentId },
          select: columns,
          orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
        });
        return rows.map(accessKeyRecord);
      }),
    create: (tenant, key, rule, audit) =>
      withOrganizationLock(prisma, tenant.organization, async (transaction, organizationId) => {
        rule(await transaction.accessKey.count({ where: { environment: { organizationId } } }));
        const created = await insertAccessKey(transaction, tenant, key);
        await insertAuditEvent(transaction, audit(created));
        return created;
      }),
    change: (tenant, id, change, audit) =>
      prisma.transaction(scopeOf(tenant), async (transaction) => {
        const changed = await changeAccessKey(transaction, tenant, id, change);
        await insertAuditEvent(transaction, audit(changed));
        return changed;
      }),
    findUsable: accessKeyReader(reads),
  };
}

/** Keys are administered with the rights for an organization, narrowed to the environment. */
function scopeOf({ organization, environment }: Tenant): OrganizationScope {
  return { organization, environment };
}

/** Uses raw SQL, because the expiry time is computed by the database's clock. */
async function insertAccessKey(
  transaction: Connection,
  { environmentId }: Tenant,
  { id, sealedSecret, description, lifetimeSeconds }: NewAccessKey,
): Promise<AccessKeyRecord> {
  const [row] = await transaction.$queryRaw<Omit<AccessKeyRow, 'disabledAt'>[]>`
    insert into access_keys (id, environment_id, secret, description, expires_at)
    values (${id}, ${environmentId}::integer, ${sealedSecret}, ${description},
            now() + ${lifetimeSeconds}::float8 * interval '1 second')
    returning id, description, created_at as "createdAt", expires_at as "expiresAt"`;
  if (row === undefined) throw new Error('the insert returned no row');
  return accessKeyRecord({ ...row, disabledAt: null });
}

async function changeAccessKey(
  transaction: Connection,
  { environmentId }: Tenant,
  id: string,
  { disabled, expiresAt }: AccessKeyChange,
): Promise<AccessKeyRecord> {
  const [row] = await transaction.accessKey.updateManyAndReturn({
    where: { id, environmentId },
    data: {
      ...(disabled === undefined ? {} : { disabledAt: disabled ? new Date() : null }),
      ...(expiresAt === undefined ? {} : { expiresAt }),
    },
    select: columns,
  });
  if (row === undefined) throw new ReportError('access_key.not_found', { id });
  return accessKeyRecord(row);
}

interface AccessKeyRow extends Omit<AccessKeyRecord, 'disabled'> {
  readonly disabledAt: Date | null;
}

function accessKeyRecord({ disabledAt, ...row }: AccessKeyRow): AccessKeyRecord {
  return { ...row, disabled: disabledAt !== null };
}
