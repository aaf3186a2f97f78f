import type { AuditOf } from '../audit/audit-event.ts';
import type { Principal } from '../accounts/accounts.ts';
import type { QueryRequest, Tenant } from '@hourglass/query';
import { invalidRequest, ReportError } from '../errors.ts';
import type { IdempotencyKey } from '../queries/idempotency-key.ts';
import {
  submitQuery,
  type Enqueued,
  type SubmitQueryPorts,
  type SubmittedPlan,
} from '../queries/submit-query.ts';
import { reportQueryOf } from './report-query.ts';
import type { ReportDefinition, ReportRequest, SavedReportStore } from './saved-report.ts';

/** Words of a query that replace those of the report. */
export type RunOverrides = ReportRequest & { readonly name?: string | undefined };

export interface RunReportPorts extends SubmitQueryPorts {
  readonly reports: Pick<SavedReportStore, 'find' | 'noteRun'>;
}

/**
 * Submits the query of a saved report in an environment. Its display name is the report's, unless
 * the overrides have one.
 * @throws ReportError `report.not_found`, `request.invalid` if neither the report nor the overrides
 * have a range, and the errors of `submitQuery`
 */
export async function runReport(
  input: {
    readonly tenant: Tenant;
    readonly id: string;
    readonly overrides: RunOverrides & { readonly reuse?: boolean | undefined };
    readonly principal: Principal;
    readonly idempotencyKey?: IdempotencyKey | undefined;
    readonly audit: AuditOf<SubmittedPlan>;
  },
  ports: RunReportPorts,
): Promise<Enqueued> {
  const { tenant, id, principal, idempotencyKey, audit } = input;
  const key = { organization: tenant.organization, id };
  const report = await ports.reports.find(key);
  if (report === null) throw new ReportError('report.not_found', { name: id });
  const { reuse: mayReuse = true, ...overrides } = input.overrides;
  const { name, dataset, request } = requestOfRun(report.definition, overrides);
  const enqueued = await submitQuery(
    {
      ...{ request, dataset, tenant, principal },
      labels: { name, reportDefinitionId: id },
      idempotencyKey,
      mayReuse,
      audit,
    },
    ports,
  );
  // The query is enqueued: a failure here must not look like one of the run.
  await ports.reports.noteRun(key).catch(() => undefined);
  return enqueued;
}

/** The query of one run of a report. Its names and values are not checked. */
export interface RequestOfRun {
  readonly name: string | undefined;
  readonly dataset: string;
  readonly request: QueryRequest;
}

/** @throws ReportError `request.invalid` if neither the report nor the overrides have a range */
export function requestOfRun(
  definition: ReportDefinition,
  { name = definition.displayName, ...overrides }: RunOverrides,
): RequestOfRun {
  const query = reportQueryOf(definition);
  const { timeRange, ...request } = { ...query.request, ...overrides };
  if (timeRange === undefined) throw invalidRequest([missingRange]);
  return { name, dataset: query.dataset, request: { ...request, timeRange } };
}

const missingRange = {
  field: 'timeRange',
  message:
    'is required, because the report has none; expected "last24hours" or another relative range, or {"start","end"} with ISO 8601 times',
};
