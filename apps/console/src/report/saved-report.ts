import type { SavedReportView } from '@hourglass/contract';
import type { ReportBody } from './report-body.ts';

/** Returns the query of a report to save: without the words that each run decides. */
export function savedQuery(body: ReportBody): Omit<ReportBody, 'name' | 'reportDefinitionId' | 'reuse'> {
  const { name: _name, reportDefinitionId: _id, reuse: _reuse, ...query } = body;
  return query;
}

/** Returns the form's body of a saved report; null: it has Apigee's form, which this form does not edit. */
export function bodyOfSaved({ query }: SavedReportView): ReportBody | null {
  if (query === undefined) return null;
  const { timeRange = 'last24hours', ...rest } = query;
  return { ...rest, timeRange };
}

/** Whether a run needs a range of its own. */
export function lacksRange({ query, fromTime, toTime }: SavedReportView): boolean {
  return query === undefined ? !fromTime || !toTime : query.timeRange === undefined;
}

/** The columns of a report for people: `calls, p95 / apiproxy, hour`. */
export function columnsText({ query, metrics, dimensions, timeUnit }: SavedReportView): string {
  const measured = query?.metrics ?? metrics ?? [];
  const names = measured.map(nameOfMetric);
  const groups = [...(query?.dimensions ?? dimensions ?? []), query?.groupByTimeUnit ?? timeUnit ?? ''];
  return [namesText(names), namesText(groups)].filter((part) => part !== '').join(' / ');
}

function namesText(names: readonly string[]): string {
  return names.filter((name) => name !== '').join(', ');
}

function nameOfMetric(metric: { readonly name: string; readonly alias?: string | undefined }): string {
  return metric.alias || metric.name;
}
