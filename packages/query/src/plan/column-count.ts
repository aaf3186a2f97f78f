import type { ReportFault } from './plan.ts';
import type { QueryRequest } from './request.ts';

/** Metrics and dimensions together, by the contract. */
export const maxColumns = 25;

export function checkColumnCount(
  { metrics = [], dimensions = [] }: Pick<QueryRequest, 'metrics' | 'dimensions'>,
  report: ReportFault,
): void {
  const count = metrics.length + dimensions.length;
  if (count === 0) report('metrics', 'there is no metric and no dimension; expected at least one');
  if (count > maxColumns) {
    const found = `${metrics.length} metrics and ${dimensions.length} dimensions make ${count}`;
    report(
      metrics.length > maxColumns ? 'metrics' : 'dimensions',
      `${found}; expected at most ${maxColumns} together`,
    );
  }
}
