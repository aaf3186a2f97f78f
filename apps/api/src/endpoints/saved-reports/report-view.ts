import type { SavedReportView, SaveReportBody } from '@hourglass/contract';
import type { ReportDefinition, SavedReport } from '@hourglass/reports';

/** Returns a body without the members that the server decides. */
export function definitionOf({
  name: _name,
  organization: _organization,
  createdAt: _createdAt,
  createdBy: _createdBy,
  lastModifiedAt: _modifiedAt,
  lastModifiedBy: _modifiedBy,
  lastViewedAt: _viewedAt,
  lastRunAt: _runAt,
  sortbyCols,
  environment,
  ...kept
}: SaveReportBody): ReportDefinition {
  return {
    ...kept,
    ...(sortbyCols === undefined ? {} : { sortByCols: kept.sortByCols ?? sortbyCols }),
    // Consoles of Edge send an empty text for no environment.
    ...(environment === undefined || environment === '' ? {} : { environment }),
  };
}

export function viewOf(report: SavedReport, organization: string): SavedReportView {
  const { id, definition, createdAt, modifiedAt, viewedAt, runAt } = report;
  return {
    // Contains what `definitionOf` kept of a checked body.
    ...(definition as Omit<SavedReportView, 'name'>),
    name: id,
    organization,
    createdAt: String(createdAt.getTime()),
    lastModifiedAt: String(modifiedAt.getTime()),
    lastViewedAt: String(viewedAt.getTime()),
    ...(runAt === null ? {} : { lastRunAt: String(runAt.getTime()) }),
  };
}

export function nameOf({ id, definition: { displayName } }: SavedReport) {
  return { name: id, ...(displayName === undefined ? {} : { displayName }) };
}
