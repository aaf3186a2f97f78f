import type { Actor, AuditCriteria, AuditDetails, AuditPage, AuditRecord } from '@hourglass/reports';
import type { Queryable } from '../connection/scoped-pool.ts';
import { joinSql, sql, type Sql } from '../connection/sql.ts';

interface AuditRow extends Omit<AuditRecord, 'actor'>, Omit<Actor, 'kind'> {
  readonly actor: Actor['kind'];
  readonly details: AuditDetails;
}

/** Both orders follow an index on (at, id), so that a page costs the same wherever it begins. */
export async function listAuditEvents(
  pool: Queryable,
  criteria: AuditCriteria,
  { order, after, limit }: AuditPage,
): Promise<readonly AuditRecord[]> {
  const conditions = [sql`true`, ...conditionsOf(criteria)];
  if (after !== null) {
    const position = sql`(${after.at}::timestamptz, ${after.id}::bigint)`;
    conditions.push(order === 'newest' ? sql`(at, id) < ${position}` : sql`(at, id) > ${position}`);
  }
  // `id` alone is the text that is selected, and 9 is the larger text than 10.
  const direction = order === 'newest' ? sql`at desc, audit_events.id desc` : sql`at, audit_events.id`;
  const { rows } = await pool.query<AuditRow>(sql`
    select id::text, at, organization, environment, actor, email, token_id as "tokenId", link_id as "linkId",
           address, action, object, refusal, request_id as "requestId", details
      from audit_events
     where ${joinSql(conditions, ' and ')}
     order by ${direction}
     limit ${limit}::integer`);
  return rows.map(recordOf);
}

function recordOf({
  actor: kind,
  email,
  tokenId,
  linkId,
  address,
  requestId,
  ...row
}: AuditRow): AuditRecord {
  return { ...row, actor: { kind, email, tokenId, linkId, address, requestId } };
}

function conditionsOf(criteria: AuditCriteria): Sql[] {
  const { organization, sinceCreation, from, before, outcome } = criteria;
  const conditions: Sql[] = [];
  if (organization !== null) conditions.push(sql`organization = ${organization}`);
  if (sinceCreation)
    conditions.push(
      sql`at >= (select created_at from organizations where name = ${organization} and deleted_at is null)`,
    );
  if (from !== undefined) conditions.push(sql`at >= ${from}`);
  if (before !== undefined) conditions.push(sql`at < ${before}`);
  if (outcome !== undefined)
    conditions.push(outcome === 'done' ? sql`refusal is null` : sql`refusal is not null`);
  return [...conditions, ...equalities(criteria)];
}

function equalities(criteria: AuditCriteria): Sql[] {
  const columns: readonly (readonly [value: string | undefined, condition: (value: string) => Sql])[] = [
    [criteria.actor, (value) => sql`actor = ${value}`],
    [criteria.email, (value) => sql`email = ${value}`],
    [criteria.tokenId, (value) => sql`token_id = ${value}::uuid`],
    [criteria.linkId, (value) => sql`link_id = ${value}::uuid`],
    [criteria.action, (value) => sql`action = ${value}`],
    [criteria.environment, (value) => sql`environment = ${value}`],
    [criteria.object, (value) => sql`object = ${value}`],
    [criteria.requestId, (value) => sql`request_id = ${value}::uuid`],
  ];
  return columns.flatMap(([value, condition]) => (value === undefined ? [] : [condition(value)]));
}
