import type { ReportDefinition, ReportKey, SavedReport, SavedReportStore } from '@hourglass/reports';
import { auditJson, insertAuditEvent } from '../audit/insert-audit-event.ts';
import type { Connection, ScopedPrisma } from '../connection/scoped-prisma.ts';
import { Prisma } from '../generated/client.ts';
import { withOrganizationLock } from './with-organization-lock.ts';

export function createSavedReportStore(prisma: ScopedPrisma): SavedReportStore {
  const within = <Result>(
    { organization }: Pick<ReportKey, 'organization'>,
    work: (transaction: Connection) => Promise<Result>,
  ) => prisma.transaction({ organization }, work);
  return {
    list: (organization) =>
      within(
        { organization },
        (transaction) => transaction.$queryRaw<SavedReport[]>`
          select ${columns} from saved_reports
           where organization_id = ${organizationId(organization)}
           order by created_at, id`,
      ),
    find: (key) => within(key, (transaction) => find(transaction, key)),
    view: (key) =>
      within(key, async (transaction) => {
        await transaction.$executeRaw`
          update saved_reports set viewed_at = now()
           where ${matches(key)} and viewed_at < now() - interval '1 minute'`;
        return find(transaction, key);
      }),
    create: ({ organization, id }, definition, rule, audit) =>
      withOrganizationLock(prisma, organization, async (transaction, ofOrganization) => {
        rule(await transaction.savedReport.count({ where: { organizationId: ofOrganization } }));
        const created = await insert(transaction, { id, ofOrganization, definition });
        await insertAuditEvent(transaction, audit(created));
        return created;
      }),
    replace: (key, definition, audit) =>
      within(key, async (transaction) => {
        const replaced = await replace(transaction, key, definition);
        if (replaced !== null) await insertAuditEvent(transaction, audit(replaced));
        return replaced;
      }),
    delete: (key, audit) =>
      within(key, async (transaction) => {
        const rows = await transaction.$queryRaw<object[]>`
          with deleted as (delete from saved_reports where ${matches(key)} returning id)
          select insert_audit_event(${auditJson(audit)}::jsonb) from deleted`;
        return rows.length > 0;
      }),
    noteRun: (key) =>
      within(key, async (transaction) => {
        await transaction.$executeRaw`update saved_reports set run_at = now() where ${matches(key)}`;
      }),
  };
}

async function find(transaction: Connection, key: ReportKey): Promise<SavedReport | null> {
  const rows = await transaction.$queryRaw<SavedReport[]>`
    select ${columns} from saved_reports where ${matches(key)}`;
  return rows[0] ?? null;
}

async function insert(
  transaction: Connection,
  {
    id,
    ofOrganization,
    definition,
  }: { readonly id: string; readonly ofOrganization: number; readonly definition: ReportDefinition },
): Promise<SavedReport> {
  const [created] = await transaction.$queryRaw<SavedReport[]>`
    insert into saved_reports (id, organization_id, definition)
    values (${id}::uuid, ${ofOrganization}::integer, ${JSON.stringify(definition)}::json)
    returning ${columns}`;
  if (created === undefined) throw new Error('the insert returned no row');
  return created;
}

async function replace(
  transaction: Connection,
  key: ReportKey,
  definition: ReportDefinition,
): Promise<SavedReport | null> {
  const rows = await transaction.$queryRaw<SavedReport[]>`
    update saved_reports set definition = ${JSON.stringify(definition)}::json, modified_at = now()
     where ${matches(key)}
    returning ${columns}`;
  return rows[0] ?? null;
}

const columns = Prisma.sql`
  id, definition, created_at as "createdAt", modified_at as "modifiedAt", viewed_at as "viewedAt", run_at as "runAt"`;

function organizationId(organization: string): Prisma.Sql {
  return Prisma.sql`(select o.id from organizations o where o.name = ${organization} and o.deleted_at is null)`;
}

function matches({ organization, id }: ReportKey): Prisma.Sql {
  return Prisma.sql`id = ${id}::uuid and organization_id = ${organizationId(organization)}`;
}
