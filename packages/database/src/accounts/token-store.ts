import {
  isUuid,
  lesserRole,
  ReportError,
  type NewToken,
  type Role,
  type TokenRecord,
  type TokenStore,
  type UserRecord,
} from '@hourglass/reports';
import { insertAuditEvent } from '../audit/insert-audit-event.ts';
import { scopesOfToken } from './account-scopes.ts';
import type { Connection, ScopedPrisma } from '../connection/scoped-prisma.ts';
import { withOrganizationLock } from './with-organization-lock.ts';
import { tokenHash } from './token-hash.ts';

const columns = {
  id: true,
  scopes: true,
  description: true,
  createdAt: true,
  expiresAt: true,
  lastUsedAt: true,
  environment: { select: { name: true } },
  customers: true,
  user: { select: { email: true, role: true } },
  maker: { select: { email: true, role: true } },
  madeWithId: true,
} as const;

export function createTokenStore(prisma: ScopedPrisma): TokenStore {
  return {
    list: (organization) =>
      prisma.transaction({ organization }, (transaction) => listTokens(transaction, organization)),
    create: (organization, token, rule, audit) =>
      withOrganizationLock(prisma, organization, async (transaction, organizationId) => {
        await deleteExpiredTokens(transaction, organizationId);
        const user = await transaction.user.findFirst({
          where: { email: token.email.toLowerCase(), organizationId },
        });
        if (user === null) throw new ReportError('user.not_found', { email: token.email });
        const count = await transaction.token.count({ where: { user: { organizationId } } });
        const environments = await transaction.environment.findMany({
          where: { organizationId },
          orderBy: { name: 'asc' },
        });
        rule(
          user,
          count,
          environments.map(({ name }) => name),
          await countExpiring(transaction, user.id),
        );
        const environment = environments.find(({ name }) => name === token.environment) ?? null;
        const maker = await findMaker(transaction, organizationId, token);
        const created = await insertToken(transaction, { user, environment, maker }, token);
        await insertAuditEvent(transaction, audit(created));
        return created;
      }),
    delete: (organization, { id, withMade = false }, rule, audit) =>
      withOrganizationLock(prisma, organization, async (transaction, organizationId) => {
        const where = { id, user: { organizationId } };
        const row = isUuid(id) ? await transaction.token.findFirst({ where, select: columns }) : null;
        if (row === null) throw new ReportError('token.not_found', { id });
        const made = withMade ? await findMadeWith(transaction, id) : [];
        if (!withMade) await passOnMadeWith(transaction, row);
        for (const token of [row, ...made].map(tokenRecord)) {
          rule(token);
          await transaction.token.delete({ where: { id: token.id } });
          await insertAuditEvent(transaction, audit(token));
        }
      }),
    deleteSignIns: (organization, email, audit) =>
      withOrganizationLock(prisma, organization, (transaction, organizationId) =>
        deleteSignIns(transaction, { organizationId, email }, audit),
      ),
  };
}

async function listTokens(transaction: Connection, organization: string): Promise<TokenRecord[]> {
  const rows = await transaction.token.findMany({
    where: { user: { organization: { name: organization } } },
    select: columns,
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
  });
  return rows.map(tokenRecord);
}

/** Deletes the tokens of the sign-ins of a user, and keeps what was made with them. */
export async function deleteSignIns(
  transaction: Connection,
  user: { readonly organizationId: number; readonly email: string },
  audit: Parameters<TokenStore['deleteSignIns']>[2],
): Promise<void> {
  const rows = await transaction.token.findMany({ where: { user, signIn: { not: null } }, select: columns });
  for (const row of rows) {
    await passOnMadeWith(transaction, row);
    await transaction.token.delete({ where: { id: row.id } });
    await insertAuditEvent(transaction, audit(tokenRecord(row)));
  }
}

/** All tokens that were made with a token, directly or with one of those. */
async function findMadeWith(transaction: Connection, id: string): Promise<readonly TokenRow[]> {
  const made = await transaction.$queryRaw<{ id: string }[]>`
    with recursive made as (
      select id from tokens where made_with_id = ${id}::uuid
      union
      select t.id from tokens t join made on t.made_with_id = made.id
    )
    select id::text from made`;
  return transaction.token.findMany({ where: { id: { in: made.map((one) => one.id) } }, select: columns });
}

/** Links the tokens that were made with one to the token that made it, so that none is lost to `findMadeWith`. */
async function passOnMadeWith(transaction: Connection, { id, madeWithId }: TokenRow): Promise<void> {
  await transaction.token.updateMany({ where: { madeWithId: id }, data: { madeWithId } });
}

/** A token that another user made is in the hands of that user, as is a token that is made with it. */
async function findMaker(
  transaction: Connection,
  organizationId: number,
  { maker: { email, tokenId } }: NewToken,
): Promise<TokenOwner['maker']> {
  const used =
    tokenId === null
      ? null
      : await transaction.token.findUnique({ where: { id: tokenId }, select: { maker: true } });
  // Revoked since the request was authenticated. The new token would outlive it.
  if (tokenId !== null && used === null) throw new ReportError('auth.token', { header: 'Authorization' });
  return used?.maker ?? transaction.user.findFirst({ where: { email, organizationId } });
}

/** Counts the valid tokens of a user that expire. */
function countExpiring(transaction: Connection, userId: number): Promise<number> {
  return transaction.token.count({ where: { userId, expiresAt: { gt: new Date() } } });
}

async function deleteExpiredTokens(transaction: Connection, organizationId: number): Promise<void> {
  await transaction.$executeRaw`
    delete from tokens t using users u
     where u.id = t.user_id and u.organization_id = ${organizationId}::integer
       and t.expires_at < now() - least(interval '30 days', t.expires_at - t.created_at)`;
}

/**
 * Uses raw SQL, because the expiry time is computed by the database's clock. It is never after that of
 * the token with which this one is made.
 */
async function insertToken(
  transaction: Connection,
  { user, environment, maker }: TokenOwner,
  { token, scopes, description, lifetimeSeconds, customers, maker: { tokenId }, signIn }: NewToken,
): Promise<TokenRecord> {
  const [row] = await transaction.$queryRaw<Pick<TokenRecord, 'id' | 'createdAt' | 'expiresAt'>[]>`
    insert into tokens (user_id, maker_id, made_with_id, hash, scopes, description, expires_at, environment_id, customers, sign_in)
    values (${user.id}::integer, ${maker?.id ?? null}::integer, ${tokenId}::uuid, ${tokenHash(token)}, ${scopes}::text[], ${description},
            least(now() + ${lifetimeSeconds}::float8 * interval '1 second',
                  (select expires_at from tokens where id = ${tokenId}::uuid)), ${environment?.id ?? null}::integer,
            ${customers}::text[], ${signIn}::sign_in_kind)
    returning id, created_at as "createdAt", expires_at as "expiresAt"`;
  if (row === undefined) throw new Error('the insert returned no row');
  const unused = { lastUsedAt: null, madeWithId: tokenId };
  return tokenRecord({ ...row, ...unused, scopes, description, user, environment, maker, customers });
}

type TokenUser = Pick<UserRecord, 'email' | 'role'> & { readonly id: number };

interface TokenOwner {
  readonly user: TokenUser;
  readonly environment: { readonly id: number; readonly name: string } | null;
  readonly maker: TokenUser | null;
}

interface TokenRow extends Omit<
  TokenRecord,
  'email' | 'role' | 'scopes' | 'environment' | 'madeBy' | 'madeWith'
> {
  readonly madeWithId: string | null;
  readonly scopes: readonly string[];
  readonly environment: { readonly name: string } | null;
  readonly user: { readonly email: string; readonly role: Role };
  readonly maker: { readonly email: string; readonly role: Role } | null;
}

function tokenRecord({
  user: { email, role },
  scopes,
  environment,
  maker,
  madeWithId,
  ...row
}: TokenRow): TokenRecord {
  const { id, description, createdAt, expiresAt, lastUsedAt, customers } = row;
  return {
    id,
    email,
    role,
    scopes: scopesOfToken(maker === null ? role : lesserRole(role, maker.role), scopes),
    description,
    createdAt,
    expiresAt,
    madeBy: maker?.email ?? null,
    madeWith: madeWithId,
    lastUsedAt,
    environment: environment?.name ?? null,
    customers,
  };
}
