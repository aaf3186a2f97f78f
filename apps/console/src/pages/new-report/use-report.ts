import { useSearchParams } from 'wouter';
import { bodyOf, firstReport, type ReportBody } from '../../report/report-body.ts';

export interface Report {
  readonly body: ReportBody;
  readonly change: (body: ReportBody) => void;
}

/** The report in the URL, so that a link, a reload and a lost session keep it. */
export function useReport(): Report {
  const [search, setSearch] = useSearchParams();
  const body = bodyOf(search.get('report')) ?? firstReport;
  const change = (changed: ReportBody) =>
    setSearch(
      (current) => {
        const next = new URLSearchParams(current);
        next.set('report', JSON.stringify(changed));
        return next;
      },
      { replace: true },
    );
  return { body, change };
}
