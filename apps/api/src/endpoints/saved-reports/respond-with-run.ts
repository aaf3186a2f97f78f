import type { ApiMetrics } from '@hourglass/platform';
import type { Tenant } from '@hourglass/query';
import {
  runReport,
  type AuditDetails,
  type IdempotencyKey,
  type RunOverrides,
  type RunReportPorts,
} from '@hourglass/reports';
import { setRateLimits } from '../../http/rate-limits.ts';
import type { GuardedCall } from '../../http/route.ts';
import { scansWhileConnected, type ScanPorts } from '../../http/scans-while-connected.ts';
import { submittedStatus } from '../queries/query-status-view.ts';

export interface RespondWithRunPorts extends RunReportPorts, ScanPorts {
  readonly metrics: ApiMetrics;
}

/** Submits the query of a saved report for the caller, and responds with it and the limits that it counts against. */
export async function respondWithRun(
  { response, principal, audit }: Pick<GuardedCall, 'response' | 'principal' | 'audit'>,
  run: {
    readonly tenant: Tenant;
    readonly report: string;
    readonly overrides: RunOverrides & { readonly reuse?: boolean | undefined };
    readonly idempotencyKey: IdempotencyKey | undefined;
    /** For the audit log, beside dataset and report. */
    readonly details?: AuditDetails;
  },
  ports: RespondWithRunPorts,
): Promise<void> {
  const { report: id, details, ...input } = run;
  const scans = scansWhileConnected(response, ports);
  const { record, usage } = await runReport(
    {
      ...{ ...input, id, principal },
      audit: ({ id: object, plan: { dataset } }) =>
        audit('query.submit', { object, details: { dataset, report: id, ...details } }),
    },
    { ...ports, scans },
  );
  setRateLimits(response, usage);
  ports.metrics.countSubmission(record.plan.dataset);
  response.status(201).json(submittedStatus(record));
}
