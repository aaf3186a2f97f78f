import type { Principal, Role, SignInKind } from '@hourglass/reports';
import { scopesOfToken } from '../accounts/account-scopes.ts';
import { tokenHash } from '../accounts/token-hash.ts';
import { sql } from '../connection/sql.ts';
import type { GatherReads } from './gather-reads.ts';

interface TokenRow {
  readonly key: string;
  readonly id: string;
  readonly isSuspended: boolean;
  readonly organization: string;
  readonly environment: string | null;
  readonly customers: readonly string[] | null;
  readonly email: string;
  readonly role: Role;
  readonly scopes: readonly string[];
  readonly signIn: SignInKind | null;
}

/**
 * Reads the principal of a token; null: the token is unknown or has expired by the database's
 * clock.
 */
export function tokenReader(reads: GatherReads): (token: string) => Promise<Principal | null> {
  const principalOf = reads<string, TokenRow, Principal>({
    keyOf: (hash) => hash,
    select: (hashes) => sql`
      select t.hash as key, o.name as organization, e.name as environment, t.customers, u.email,
             -- The roles are declared from the highest to the lowest.
             greatest(u.role, m.role) as role, t.scopes, t.id, t.sign_in as "signIn",
             o.suspended_at is not null as "isSuspended"
        from tokens t
        join users u on u.id = t.user_id
        join organizations o on o.id = u.organization_id
        left join users m on m.id = t.maker_id
        left join environments e on e.id = t.environment_id
       where t.hash = any(${[...hashes.keys()]}::text[])
         and (t.expires_at is null or t.expires_at > statement_timestamp())`,
    valueOf: principalOfRow,
  });
  return (token) => principalOf(tokenHash(token));
}

function principalOfRow(row: TokenRow): Principal {
  const { id, isSuspended, organization, environment, customers, email, role, scopes, signIn } = row;
  return {
    organization,
    environment,
    customers: customers ?? [],
    email,
    role,
    scopes: scopesOfToken(role, scopes),
    tokenId: id,
    signIn,
    isSuspended,
  };
}
