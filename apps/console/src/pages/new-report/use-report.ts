import { useSearchParams } from 'wouter';
import { bodyOf, firstReport, type ReportBody } from '../../report/report-body.ts';

export interface Report {
  readonly body: ReportBody;
  readonly change: (body: ReportBody) => void;
}

export interface OpenReport extends Report {
  /** Whether this is the report to begin with, because the URL has none. */
  readonly isFirst: boolean;
}

/** The report in the URL, so that a link, a reload and a lost session keep it. */
export function useReport(): OpenReport {
  const [search, setSearch] = useSearchParams();
  const chosen = bodyOf(search.get('report'));
  const body = chosen ?? firstReport;
  const change = (changed: ReportBody) =>
    setSearch(
      (current) => {
        const next = new URLSearchParams(current);
        next.set('report', JSON.stringify(changed));
        return next;
      },
      { replace: true },
    );
  return { body, change, isFirst: chosen === null };
}
