import type { Pool } from 'pg';
import type { Tenant } from '@hourglass/query';
import {
  ReportError,
  type AccessKeyChange,
  type AccessKeyRecord,
  type AccessKeyStore,
  type NewAccessKey,
  type UsableAccessKey,
} from '@hourglass/reports';
import { servedByDatabase } from '../connection/database-errors.ts';
import type { PrismaClient } from '../generated/client.ts';
import { changingOrganization, inTransaction, type Connection } from './changing-organization.ts';

/** All but the secret, which only the check of a signature reads. */
const columns = { id: true, description: true, createdAt: true, expiresAt: true, disabledAt: true } as const;

export function createAccessKeyStore(prisma: PrismaClient, pool: Pool): AccessKeyStore {
  return {
    list: ({ environmentId }) =>
      servedByDatabase(async () => {
        const rows = await prisma.accessKey.findMany({
          where: { environmentId },
          select: columns,
          orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
        });
        return rows.map(accessKeyRecord);
      }),
    create: (tenant, key, rule) =>
      changingOrganization(prisma, tenant.organization, async (transaction, organizationId) => {
        rule(await transaction.accessKey.count({ where: { environment: { organizationId } } }));
        return insertAccessKey(transaction, tenant, key);
      }),
    change: (tenant, id, change) =>
      inTransaction(prisma, (transaction) => changeAccessKey(transaction, tenant, id, change)),
    findUsable: (id) => servedByDatabase(() => findUsable(pool, id)),
  };
}

/** Raw, because the time of expiry counts from the database's clock. */
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
  if (row === undefined) throw new Error('an insert answered no row');
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

interface UsableRow {
  readonly organization: string;
  readonly environment: string;
  readonly environmentId: number;
  readonly sealedSecret: Uint8Array;
}

/** The database's clock decides whether it expired. */
async function findUsable(pool: Pool, id: string): Promise<UsableAccessKey | null> {
  const { rows } = await pool.query<UsableRow>({
    name: 'find-usable-access-key',
    text: `
      select o.name as organization, e.name as environment, e.id as "environmentId", k.secret as "sealedSecret"
        from access_keys k
        join environments e on e.id = k.environment_id
        join organizations o on o.id = e.organization_id
       where k.id = $1
         and k.disabled_at is null
         and (k.expires_at is null or k.expires_at > statement_timestamp())`,
    values: [id],
  });
  const [row] = rows;
  if (row === undefined) return null;
  const { sealedSecret, ...tenant } = row;
  return { id, tenant, sealedSecret };
}

interface AccessKeyRow extends Omit<AccessKeyRecord, 'disabled'> {
  readonly disabledAt: Date | null;
}

function accessKeyRecord({ disabledAt, ...row }: AccessKeyRow): AccessKeyRecord {
  return { ...row, disabled: disabledAt !== null };
}
