import type { Principal } from '@hourglass/reports';
import type { Pool } from 'pg';
import { scopesOfToken, type Role } from './account-scopes.ts';

interface TokenRow {
  readonly hash: string;
  readonly organization: string;
  readonly email: string;
  readonly role: Role;
  readonly scopes: readonly string[];
}

/** Whom the tokens with these hashes speak for now, in their order; null: no such token, or it expired. */
export async function findTokens(
  pool: Pool,
  hashes: readonly string[],
): Promise<readonly (Principal | null)[]> {
  // The database's clock decides whether it expired.
  const { rows } = await pool.query<TokenRow>({
    name: 'find-tokens',
    text: `
      select t.hash, o.name as organization, u.email, u.role, t.scopes
        from tokens t
        join users u on u.id = t.user_id
        join organizations o on o.id = u.organization_id
       where t.hash = any($1::text[]) and (t.expires_at is null or t.expires_at > now())`,
    values: [hashes],
  });
  const principals = new Map(rows.map((row) => [row.hash, principalOf(row)]));
  return hashes.map((hash) => principals.get(hash) ?? null);
}

function principalOf({ organization, email, role, scopes }: TokenRow): Principal {
  return { organization, email, scopes: scopesOfToken(role, scopes) };
}
