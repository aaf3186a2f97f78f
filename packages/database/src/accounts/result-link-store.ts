import { randomBytes } from 'node:crypto';
import {
  isUuid,
  ReportError,
  resultLinkKeyPurpose,
  type AuditEvent,
  type AuditOf,
  type NewResultLink,
  type ResultLinkRecord,
  type ResultLinkStore,
  type RevokedLinks,
} from '@hourglass/reports';
import { auditJson, insertAuditEvent } from '../audit/insert-audit-event.ts';
import { systemEvent } from '../audit/system-event.ts';
import { servedByDatabase } from '../connection/database-errors.ts';
import type { Queryable, ScopedPool } from '../connection/scoped-pool.ts';
import { everyTenant } from '../connection/scope.ts';
import { sql } from '../connection/sql.ts';
import { signingKeyBytes } from './signing-keys.ts';
import type { ScopedPrisma } from '../connection/scoped-prisma.ts';
import { withOrganizationLock } from './with-organization-lock.ts';

export function createResultLinkStore(prisma: ScopedPrisma, pool: ScopedPool): ResultLinkStore {
  return {
    create: (link, audit) =>
      servedByDatabase(() => create(pool.within({ organization: link.principal.organization }), link, audit)),
    findUsable: (id) => servedByDatabase(() => findUsable(pool.within(everyTenant), id)),
    list: (organization, limit) =>
      servedByDatabase(() => list(pool.within({ organization }), organization, limit)),
    revoke: (organization, links, audit) => revoke(prisma, organization, { links, audit }),
    rotateKey: (audit) => rotateKey(prisma, audit),
    deleteExpired: (limit) => servedByDatabase(() => deleteExpired(pool.within(everyTenant), limit)),
  };
}

async function create(
  pool: Queryable,
  { queryId, principal: { email, tokenId }, lifetimeSeconds }: NewResultLink,
  audit: AuditEvent,
): ReturnType<ResultLinkStore['create']> {
  const { rows } = await pool.query<{ id: string; expiresAt: Date }>(sql`
    with created as (
      insert into result_links (query_id, user_id, token_id, expires_at)
      select ${queryId}::uuid, u.id, ${tokenId}::uuid, now() + ${lifetimeSeconds}::float8 * interval '1 second'
        from users u
       where u.email = ${email}
      returning id, expires_at
    )
    select id, expires_at as "expiresAt",
           insert_audit_event(${auditJson(audit)}::jsonb || jsonb_build_object('object', id)) as "eventId"
      from created`);
  const [row] = rows;
  if (row === undefined) throw new Error('the user was deleted during the request');
  return row;
}

async function findUsable(pool: Queryable, id: string): ReturnType<ResultLinkStore['findUsable']> {
  if (!isUuid(id)) return null;
  const { rows } = await pool.query<NonNullable<Awaited<ReturnType<ResultLinkStore['findUsable']>>>>(sql`
    select l.query_id as "queryId", o.name as organization, e.name as environment,
           o.suspended_at is not null as "isSuspended"
      from result_links l
      join queries q on q.id = l.query_id
      join environments e on e.id = q.environment_id
      join organizations o on o.id = e.organization_id
     where l.id = ${id}::uuid and l.expires_at > now()`);
  return rows[0] ?? null;
}

async function list(
  pool: Queryable,
  organization: string,
  limit: number,
): Promise<readonly ResultLinkRecord[]> {
  const { rows } = await pool.query<ResultLinkRecord>(sql`
    select l.id, l.query_id as "queryId", e.name as environment, u.email,
           l.created_at as "createdAt", l.expires_at as "expiresAt"
      from result_links l
      join users u on u.id = l.user_id
      join organizations o on o.id = u.organization_id
      join queries q on q.id = l.query_id
      join environments e on e.id = q.environment_id
     where o.name = ${organization} and l.expires_at > now()
     order by l.created_at desc, l.id
     limit ${limit}::integer`);
  return rows;
}

function revoke(
  prisma: ScopedPrisma,
  organization: string,
  { links, audit }: { readonly links: RevokedLinks; readonly audit: AuditOf<number> },
): Promise<number> {
  return withOrganizationLock(prisma, organization, async (transaction, organizationId) => {
    if (links.kind === 'one' && !isUuid(links.id)) throw linkNotFound(links);
    const { count } = await transaction.resultLink.deleteMany({
      where: {
        user: { organizationId, ...(links.kind === 'user' ? { email: links.email.toLowerCase() } : {}) },
        ...(links.kind === 'one' ? { id: links.id } : {}),
      },
    });
    if (links.kind === 'one' && count === 0) throw linkNotFound(links);
    await insertAuditEvent(transaction, audit(count));
    return count;
  });
}

function linkNotFound({ id }: { readonly id: string }): ReportError {
  return new ReportError('link.not_found', { id });
}

function rotateKey(prisma: ScopedPrisma, audit: AuditOf<number>): Promise<number> {
  return prisma.transaction(everyTenant, async (transaction) => {
    const [purpose, key] = [resultLinkKeyPurpose, randomBytes(signingKeyBytes)];
    await transaction.signingKey.upsert({
      where: { purpose },
      create: { purpose, key },
      update: { key, createdAt: new Date() },
    });
    const { count } = await transaction.resultLink.deleteMany({});
    await insertAuditEvent(transaction, audit(count));
    return count;
  });
}

async function deleteExpired(pool: Queryable, limit: number): Promise<number> {
  const { rows } = await pool.query<{ links: number }>(sql`
    with deleted as (
      delete from result_links
       where id in (select id from result_links where expires_at <= now() order by expires_at limit ${limit}::integer)
      returning user_id
    ), counted as (
      select o.name, count(*)::integer as links
        from deleted d join users u on u.id = d.user_id join organizations o on o.id = u.organization_id
       group by o.name
    )
    select links, insert_audit_event(${auditJson(systemEvent('link.purge'))}::jsonb || jsonb_build_object(
             'organization', name, 'details', jsonb_build_object('links', links))) as "eventId"
      from counted`);
  return rows.reduce((sum, { links }) => sum + links, 0);
}
