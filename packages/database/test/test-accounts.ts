import { scopes, type Principal, type Role } from '@hourglass/reports';
import { expect } from 'vitest';
import type { DatabaseWithTenant } from './database-with-tenant.ts';

/** Makes a caller of the organization. Its user need not exist. */
export function caller(role: Role, organization = 'acme'): Principal {
  return {
    organization,
    environment: null,
    customers: [],
    tokenId: null,
    signIn: null,
    isSuspended: false,
    email: `caller@${organization}.example`,
    role,
    scopes,
  };
}

/** Adds a user that never signs in, because hashing a password is slow. */
export async function addUser(
  db: DatabaseWithTenant,
  email: string,
  role: Role,
  organization = 'acme',
): Promise<void> {
  await db.sql(
    `insert into users (organization_id, email, password_hash, role)
     select id, $1, 'none', $2::role from organizations where name = $3`,
    [email, role, organization],
  );
}

/** Deletes all accounts but the tenant of the database. */
export async function deleteAccounts(db: DatabaseWithTenant): Promise<void> {
  await db.sql('delete from tokens');
  await db.sql('delete from users');
  await db.sql('delete from environments where id <> $1', [db.tenant.environmentId]);
  await db.sql("delete from organizations where name <> 'acme'");
}

/** Matches a refusal with this code. */
export const refused = (code: string) => expect.objectContaining({ code }) as unknown;

/** The codes of refusals, and `done`, in any order. */
export async function outcomes(work: readonly Promise<unknown>[]): Promise<string[]> {
  const settled = await Promise.allSettled(work);
  return settled
    .map((one) => (one.status === 'fulfilled' ? 'done' : (one.reason as { code: string }).code))
    .sort();
}
