import type { UsableAccessKey } from '@hourglass/reports';
import { sql } from '../connection/sql.ts';
import type { GatherReads } from './gather-reads.ts';

interface AccessKeyRow {
  readonly key: string;
  readonly organization: string;
  readonly environment: string;
  readonly environmentId: number;
  readonly isSuspended: boolean;
  readonly sealedSecret: string;
}

/** Reads an access key; null: it is unknown, disabled, or has expired by the database's clock. */
export function accessKeyReader(reads: GatherReads): (id: string) => Promise<UsableAccessKey | null> {
  const keyOfId = reads<string, AccessKeyRow, UsableAccessKey>({
    keyOf: (id) => id,
    select: (ids) => sql`
      select k.id as key, o.name as organization, e.name as environment, e.id as "environmentId",
             o.suspended_at is not null as "isSuspended", encode(k.secret, 'base64') as "sealedSecret"
        from access_keys k
        join environments e on e.id = k.environment_id
        join organizations o on o.id = e.organization_id
       where k.id = any(${[...ids.keys()]}::text[])
         and k.disabled_at is null
         and (k.expires_at is null or k.expires_at > statement_timestamp())`,
    valueOf: ({ key, isSuspended, sealedSecret, ...tenant }) => ({
      id: key,
      tenant,
      isSuspended,
      sealedSecret: Buffer.from(sealedSecret, 'base64'),
    }),
  });
  // PostgreSQL refuses a NUL in a text, and no id contains one.
  return async (id) => (id.includes('\0') ? null : keyOfId(id));
}
