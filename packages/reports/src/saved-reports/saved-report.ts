import type { MetricRequest, QueryRequest } from '@hourglass/query';
import type { AuditEvent, AuditOf } from '../audit/audit-event.ts';

/** A query request whose range may be left to the run. */
export type ReportRequest = Omit<QueryRequest, 'timeRange'> & {
  readonly timeRange?: QueryRequest['timeRange'] | undefined;
};

/** A report as a client saved it. The query is either `query` or the members of Apigee's form. */
export interface ReportDefinition {
  readonly displayName?: string | undefined;
  /** The environment whose custom fields the report uses. Absent: any of the organization. */
  readonly environment?: string | undefined;
  readonly query?: (ReportRequest & { readonly dataset?: string | undefined }) | undefined;

  readonly metrics?: readonly Pick<MetricRequest, 'name' | 'function'>[] | undefined;
  readonly dimensions?: readonly string[] | undefined;
  readonly filter?: string | undefined;
  readonly timeUnit?: string | undefined;
  readonly sortByCols?: readonly string[] | undefined;
  /** ASC, DESC, asc or desc. */
  readonly sortOrder?: string | undefined;
  /** Whole numbers. An empty text is an absent value, here and below. */
  readonly topk?: string | undefined;
  readonly limit?: string | undefined;
  /** Milliseconds since 1970, or an ISO 8601 time. */
  readonly fromTime?: string | undefined;
  readonly toTime?: string | undefined;
}

export interface SavedReport {
  readonly id: string;
  readonly definition: ReportDefinition;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
  /** Within a minute. */
  readonly viewedAt: Date;
  /** Null: it never ran. */
  readonly runAt: Date | null;
}

/** Identifies a saved report. */
export interface ReportKey {
  readonly organization: string;
  readonly id: string;
}

/** The saved reports of organizations. Ids are UUIDs in lower case. */
export interface SavedReportStore {
  /** Oldest first. */
  list(organization: string): Promise<readonly SavedReport[]>;
  find(key: ReportKey): Promise<SavedReport | null>;
  /** Finds a report and records that it is viewed. */
  view(key: ReportKey): Promise<SavedReport | null>;
  /**
   * `rule` receives the number of existing reports and throws to refuse. Writes of one organization
   * are serialized, so the limit is exact.
   * @throws ReportError `organization.not_found`
   */
  create(
    key: ReportKey,
    definition: ReportDefinition,
    rule: (existing: number) => void,
    audit: AuditOf<SavedReport>,
  ): Promise<SavedReport>;
  /** Replaces the whole definition. Null: there is no such report. */
  replace(
    key: ReportKey,
    definition: ReportDefinition,
    audit: AuditOf<SavedReport>,
  ): Promise<SavedReport | null>;
  /** Its queries stay. False: there is no such report. */
  delete(key: ReportKey, audit: AuditEvent): Promise<boolean>;
  /** Records that the report runs now. */
  noteRun(key: ReportKey): Promise<void>;
}
