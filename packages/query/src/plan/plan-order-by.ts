import { didYouMean, quoted } from '@hourglass/contract/messages';
import { maxColumns } from './column-count.ts';
import type { OrderTerm, ReportFault } from './plan.ts';
import type { OrderRequest } from './request.ts';

/** Reports faults. Unknown columns are not reported if `columns` is null. */
export function planOrderBy(
  requested: readonly OrderRequest[],
  columns: readonly string[] | null,
  report: ReportFault,
): readonly OrderTerm[] {
  if (requested.length === 0 || requested.length > maxColumns)
    report('orderBy', `${requested.length} columns; expected 1 to ${maxColumns}`);
  const fieldOf = new Map<string, string>();
  return requested.slice(0, maxColumns).map(({ column, direction }, index) => {
    const field = `orderBy[${index}]`;
    const earlier = fieldOf.get(column);
    if (columns !== null && !columns.includes(column)) {
      report(
        `${field}.column`,
        `${quoted(column)} is not a column of the report; expected one of ${columns.map(quoted).join(', ')}${didYouMean(column, columns)}`,
      );
    } else if (earlier !== undefined) {
      report(`${field}.column`, `${quoted(column)} is already ${earlier}; expected each column once`);
    } else fieldOf.set(column, field);
    return { column, descending: isDescending(direction, field, report) };
  });
}

function isDescending(direction: string | undefined, field: string, report: ReportFault): boolean {
  switch (direction) {
    case undefined:
    case 'asc':
      return false;
    case 'desc':
      return true;
    default:
      report(`${field}.direction`, `${quoted(direction)} is not a direction; expected asc or desc`);
      return false;
  }
}
