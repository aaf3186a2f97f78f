import type { AuditOf } from '../audit/audit-event.ts';
import { ReportError } from '../errors.ts';
import type { QueryRecord } from '../queries/query-record.ts';
import { submitQuery, type SubmitQueryPorts, type SubmittedPlan } from '../queries/submit-query.ts';
import { requestOfRun } from '../saved-reports/run-report.ts';
import type { SavedReportStore } from '../saved-reports/saved-report.ts';
import { isUuid } from '../uuid.ts';
import { withPinnedFilter } from './pinned-filter.ts';
import type { SharedViewStore, UsableSharedView } from './shared-view.ts';

export interface OpenSharedViewPorts {
  readonly sharedViews: Pick<SharedViewStore, 'findUsable'>;
}

/**
 * Returns the view of a secret.
 * @throws ReportError `shared_view.refused`, `organization.suspended`
 */
export async function openSharedView(
  { id, secret }: { readonly id: string; readonly secret: string | null },
  { sharedViews }: OpenSharedViewPorts,
): Promise<UsableSharedView> {
  const view = secret === null || !isUuid(id) ? null : await sharedViews.findUsable(id, secret);
  if (view === null) throw new ReportError('shared_view.refused');
  const { organization } = view.tenant;
  if (view.isSuspended) throw new ReportError('organization.suspended', { organization });
  return view;
}

export interface RunSharedViewPorts extends SubmitQueryPorts {
  readonly sharedViews: Pick<SharedViewStore, 'setQuery'>;
  readonly reports: Pick<SavedReportStore, 'find'>;
}

/** A result of this age is shown again, so that a page that many open costs few queries. */
const freshMs = 300_000;

/**
 * Runs the report of a view, with its filter, and returns the query. Returns the present one while it is active or fresh, and
 * for a view of a result.
 * @throws ReportError `report.not_found`, and the errors of `submitQuery`
 */
export async function runSharedView(
  view: UsableSharedView,
  present: QueryRecord | null,
  audit: AuditOf<SubmittedPlan>,
  ports: RunSharedViewPorts,
): Promise<QueryRecord | null> {
  const { subject, tenant, madeBy } = view;
  if (subject.kind === 'query' || (present !== null && isShown(present, ports.nowMs()))) return present;
  const { organization } = tenant;
  const report = await ports.reports.find({ organization, id: subject.report });
  if (report === null) throw new ReportError('report.not_found', { name: subject.report });
  const { name, dataset, request } = requestOfRun(report.definition, {});
  const { record } = await submitQuery(
    {
      ...{ dataset, tenant, audit, principal: { email: madeBy } },
      request: withPinnedFilter(request, subject.filter),
      labels: { name, reportDefinitionId: subject.report },
    },
    ports,
  );
  await ports.sharedViews.setQuery(view, record.id);
  return record;
}

function isShown({ state, updatedAt }: QueryRecord, nowMs: number): boolean {
  if (state === 'enqueued' || state === 'running') return true;
  return state === 'completed' && nowMs - updatedAt.getTime() < freshMs;
}
