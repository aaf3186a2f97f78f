import { quoted } from '@hourglass/contract/messages';
import type { Tenant } from '@hourglass/query';
import type { Principal } from '../accounts/accounts.ts';
import { makerOf } from '../accounts/maker.ts';
import type { AuditOf } from '../audit/audit-event.ts';
import { invalidRequest, ReportError, type FieldFault } from '../errors.ts';
import type { QueryStore } from '../queries/query-store.ts';
import { planRequest, type PlanRequestPorts } from '../queries/submit-query.ts';
import { requestOfRun } from '../saved-reports/run-report.ts';
import type { SavedReportStore } from '../saved-reports/saved-report.ts';
import { isUuid } from '../uuid.ts';
import { withPinnedFilter } from './pinned-filter.ts';
import type { SharedSubject, SharedView, SharedViewStore } from './shared-view.ts';

export interface CreateSharedViewPorts extends PlanRequestPorts {
  readonly queries: Pick<QueryStore, 'find'>;
  readonly reports: Pick<SavedReportStore, 'find'>;
  readonly sharedViews: Pick<SharedViewStore, 'create'>;
  readonly newId: () => string;
}

export interface RequestedSharedView {
  readonly query?: string | undefined;
  readonly report?: string | undefined;
  readonly filter?: string | undefined;
  readonly title?: string | undefined;
  readonly expiresInSeconds: number;
  readonly frameOrigins: readonly string[];
}

/** A portal makes one for each of its users. */
const maxSharedViews = 10_000;

/**
 * Makes a view of a result, or of a report that could run in the environment now.
 * @throws ReportError `request.invalid` with every fault, `shared_view.full`
 */
export async function createSharedView(
  {
    tenant,
    principal,
    secret,
    audit,
  }: {
    readonly tenant: Tenant;
    readonly principal: Principal;
    readonly secret: string;
    readonly audit: AuditOf<SharedView>;
  },
  requested: RequestedSharedView,
  ports: CreateSharedViewPorts,
): Promise<SharedView> {
  const subject = await subjectOf(tenant, requested, ports);
  const { title = null, expiresInSeconds: lifetimeSeconds, frameOrigins } = requested;
  const view = { id: ports.newId(), subject, title, frameOrigins, secret, lifetimeSeconds };
  return ports.sharedViews.create(tenant, { ...view, maker: makerOf(principal) }, requireRoom, audit);
}

function requireRoom(existing: number): void {
  if (existing >= maxSharedViews) throw new ReportError('shared_view.full', { limit: maxSharedViews });
}

async function subjectOf(
  tenant: Tenant,
  { query, report, filter }: RequestedSharedView,
  ports: CreateSharedViewPorts,
): Promise<SharedSubject> {
  if ((query === undefined) === (report === undefined))
    throw fault(
      'report',
      `${query === undefined ? 'is missing, and so is query' : 'is beside query'}; expected one of both`,
    );
  if (report !== undefined) {
    await requireRuns(tenant, { report, filter: filter ?? null }, ports);
    return { kind: 'report', report: report.toLowerCase(), filter: filter ?? null };
  }
  if (filter !== undefined)
    throw fault('filter', 'a result is not filtered again; expected it with report only');
  const found = query !== undefined && isUuid(query) ? await ports.queries.find(tenant, query) : null;
  if (found === null)
    throw fault('query', `the environment has no query ${quoted(query ?? '')}; expected the id of one`);
  return { kind: 'query', query: found.id };
}

/** Plans the filter alone first: what is no filter on its own could end the parenthesis that pins it. */
async function requireRuns(
  tenant: Tenant,
  { report, filter }: { readonly report: string; readonly filter: string | null },
  ports: CreateSharedViewPorts,
): Promise<void> {
  const id = report.toLowerCase();
  const found = isUuid(id) ? await ports.reports.find({ organization: tenant.organization, id }) : null;
  if (found === null)
    throw fault('report', `the organization has no saved report ${quoted(report)}; expected the name of one`);
  const { dataset, request } = requestOfRun(found.definition, {});
  if (filter !== null) await planRequest({ dataset, tenant, request: { ...request, filter } }, ports);
  await planRequest({ dataset, tenant, request: withPinnedFilter(request, filter) }, ports);
}

function fault(field: string, message: string): ReportError {
  return invalidRequest([{ field, message } satisfies FieldFault]);
}
