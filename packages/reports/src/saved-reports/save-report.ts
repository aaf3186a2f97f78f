import type { AuditOf } from '../audit/audit-event.ts';
import { requireWithinLimit } from '../accounts/account-limits.ts';
import { ReportError } from '../errors.ts';
import { checkReport, type CheckReportPorts } from './check-report.ts';
import type { ReportDefinition, ReportKey, SavedReport, SavedReportStore } from './saved-report.ts';

export interface SaveReportPorts extends CheckReportPorts {
  readonly reports: SavedReportStore;
  readonly newId: () => string;
}

/** @throws ReportError `request.invalid` with every fault, `account.limit` */
export async function createReport(
  organization: string,
  definition: ReportDefinition,
  { audit, ...ports }: SaveReportPorts & { readonly audit: AuditOf<SavedReport> },
): Promise<SavedReport> {
  await checkReport(organization, definition, ports);
  return ports.reports.create({ organization, id: ports.newId() }, definition, requireRoom, audit);
}

function requireRoom(existing: number): void {
  requireWithinLimit('saved reports', existing + 1);
}

/**
 * Replaces the definition of a report. Of concurrent replacements the last one holds, whole.
 * @throws ReportError `request.invalid` with every fault, `report.not_found`
 */
export async function replaceReport(
  key: ReportKey,
  definition: ReportDefinition,
  { audit, ...ports }: Omit<SaveReportPorts, 'newId'> & { readonly audit: AuditOf<SavedReport> },
): Promise<SavedReport> {
  // First, so that a caller learns of an unknown report before the faults of its definition.
  if ((await ports.reports.find(key)) === null) throw new ReportError('report.not_found', { name: key.id });
  await checkReport(key.organization, definition, ports);
  const replaced = await ports.reports.replace(key, definition, audit);
  if (replaced === null) throw new ReportError('report.not_found', { name: key.id });
  return replaced;
}
