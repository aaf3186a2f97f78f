import {
  ReportError,
  type SharedView,
  type SharedViewStore,
  type UsableSharedView,
} from '@hourglass/reports';
import type { Tenant } from '@hourglass/query';
import type { ClientBase } from 'pg';
import { tokenHash } from '../accounts/token-hash.ts';
import { insertedEvent } from '../audit/insert-audit-event.ts';
import { servedByDatabase } from '../connection/database-errors.ts';
import type { Scoped, ScopedPool } from '../connection/scoped-pool.ts';
import { everyTenant } from '../connection/scope.ts';
import { sql } from '../connection/sql.ts';
import { inTransaction } from '../connection/transaction.ts';

type CreatedView = Parameters<SharedViewStore['create']>[1];

/** Views are managed in the scope of their organization, and found for their bearers in that of every tenant. */
export function createSharedViewStore(pool: ScopedPool): SharedViewStore {
  const within = <Result>(
    { organization, environment }: Tenant,
    work: (scoped: Scoped) => Promise<Result>,
  ): Promise<Result> => servedByDatabase(() => work(pool.within({ organization, environment })));
  return {
    list: (tenant) =>
      within(tenant, async (scoped) => {
        const { rows } = await scoped.query<ViewRow>(sql`
          select ${columns} from shared_views v join users u on u.id = v.user_id
           where v.environment_id = ${tenant.environmentId}::integer and v.expires_at > now()
           order by v.created_at desc, v.id`);
        return rows.map(viewOf);
      }),
    create: (tenant, view, rule, audit) =>
      within(tenant, (scoped) =>
        inTransaction(scoped, async (client) => {
          rule(await countUnderLock(client, tenant));
          const created = await insert(client, tenant, view);
          await client.query(sql`select ${insertedEvent(audit(created))}`);
          return created;
        }),
      ),
    delete: (tenant, id, audit) =>
      within(tenant, async (scoped) => {
        const { rowCount } = await scoped.query(sql`
          with deleted as (
            delete from shared_views
             where id = ${id}::uuid and environment_id = ${tenant.environmentId}::integer
            returning id
          )
          select ${insertedEvent(audit)} from deleted`);
        return rowCount === 1;
      }),
    findUsable: (id, secret) => servedByDatabase(() => findUsable(pool.within(everyTenant), id, secret)),
    frameOrigins: (id) =>
      servedByDatabase(async () => {
        const { rows } = await pool.within(everyTenant).query<{ origins: string[] }>(sql`
          select frame_origins as origins from shared_views where id = ${id}::uuid and expires_at > now()`);
        return rows[0]?.origins ?? [];
      }),
    setQuery: ({ id, tenant }, queryId) =>
      within(tenant, async (scoped) => {
        await scoped.query(sql`
          update shared_views set shown_query_id = ${queryId}::uuid
           where id = ${id}::uuid and environment_id = ${tenant.environmentId}::integer`);
      }),
  };
}

interface ViewRow extends Omit<SharedView, 'subject'> {
  readonly query: string | null;
  readonly report: string | null;
  readonly filter: string | null;
}

const columns = sql`
  v.id, v.query_id as query, v.report_id as report, v.filter, v.title, v.frame_origins as "frameOrigins",
  u.email as "madeBy", v.created_at as "createdAt", v.expires_at as "expiresAt"`;

function viewOf({ query, report, filter, ...view }: ViewRow): SharedView {
  if (query !== null) return { ...view, subject: { kind: 'query', query } };
  return { ...view, subject: { kind: 'report', report: report ?? '', filter } };
}

/** The lock serializes creations, so that the limit is exact, and excludes a deletion of the environment. */
async function countUnderLock(
  client: ClientBase,
  { organization, environment, environmentId }: Tenant,
): Promise<number> {
  const locked = await client.query(sql`
    select from environments where id = ${environmentId}::integer for no key update`);
  if (locked.rowCount === 0) throw new ReportError('environment.not_found', { organization, environment });
  await client.query(sql`
    delete from shared_views where environment_id = ${environmentId}::integer and expires_at <= now()`);
  const { rows } = await client.query<{ existing: number }>(sql`
    select count(*)::integer as existing from shared_views where environment_id = ${environmentId}::integer`);
  return rows[0]?.existing ?? 0;
}

async function insert(
  client: ClientBase,
  { environmentId }: Tenant,
  { id, subject, title, frameOrigins, secret, lifetimeSeconds, maker: { email, tokenId } }: CreatedView,
): Promise<SharedView> {
  const { query, report, filter } =
    subject.kind === 'query'
      ? { query: subject.query, report: null, filter: null }
      : { ...subject, query: null };
  const { rows } = await client.query<ViewRow>(sql`
    with v as (
      insert into shared_views (id, environment_id, user_id, token_id, query_id, report_id, filter, shown_query_id, title,
                                frame_origins, secret_hash, expires_at)
      select ${id}::uuid, ${environmentId}::integer, u.id, ${tokenId}::uuid, ${query}::uuid, ${report}::uuid, ${filter},
             ${query}::uuid, ${title}, ${frameOrigins}::text[], ${tokenHash(secret)},
             least(now() + ${lifetimeSeconds}::float8 * interval '1 second',
                   (select t.expires_at from tokens t where t.id = ${tokenId}::uuid))
        from users u where u.email = ${email}
      returning *
    )
    select ${columns} from v join users u on u.id = v.user_id`);
  const [row] = rows;
  if (row === undefined) throw new Error('the user was deleted during the request');
  return viewOf(row);
}

async function findUsable(scoped: Scoped, id: string, secret: string): Promise<UsableSharedView | null> {
  const { rows } = await scoped.query<
    ViewRow & Tenant & Pick<UsableSharedView, 'isSuspended'> & { readonly shownQueryId: string | null }
  >(sql`
    select ${columns}, v.shown_query_id as "shownQueryId", e.id as "environmentId", e.name as environment,
           o.name as organization, o.suspended_at is not null as "isSuspended"
      from shared_views v
      join users u on u.id = v.user_id
      join environments e on e.id = v.environment_id
      join organizations o on o.id = e.organization_id
     where v.id = ${id}::uuid and v.secret_hash = ${tokenHash(secret)} and v.expires_at > now()`);
  const [row] = rows;
  if (row === undefined) return null;
  const { environmentId, environment, organization, isSuspended, shownQueryId, ...view } = row;
  return {
    ...viewOf(view),
    tenant: { environmentId, environment, organization },
    isSuspended,
    queryId: shownQueryId,
  };
}
