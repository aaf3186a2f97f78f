import type { Principal, Role } from '@hourglass/reports';
import type { GatherReads } from '../gather-reads.ts';
import { Prisma } from '../generated/client.ts';
import { scopesOfToken } from './account-scopes.ts';
import { tokenHash } from './token-hash.ts';

interface TokenRow {
  readonly key: string;
  readonly organization: string;
  readonly email: string;
  readonly role: Role;
  readonly scopes: readonly string[];
}

/** Whom a token speaks for; null: there is no such token, or it expired. */
export function tokenReader(reads: GatherReads): (token: string) => Promise<Principal | null> {
  const rowOf = reads<string, TokenRow>({
    keyOf: (hash) => hash,
    // The database's clock decides whether it expired.
    select: (hashes) => Prisma.sql`
      select t.hash as key, o.name as organization, u.email, u.role, t.scopes
        from tokens t
        join users u on u.id = t.user_id
        join organizations o on o.id = u.organization_id
       where t.hash = any(${[...hashes.keys()]}::text[])
         and (t.expires_at is null or t.expires_at > statement_timestamp())`,
  });
  return async (token) => {
    const row = await rowOf(tokenHash(token));
    if (row === null) return null;
    const { organization, email, role, scopes } = row;
    return { organization, email, role, scopes: scopesOfToken(role, scopes) };
  };
}
