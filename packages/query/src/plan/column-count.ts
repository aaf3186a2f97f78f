import { counted } from '@hourglass/contract/messages';
import type { ReportFault } from './plan.ts';
import type { QueryRequest } from './request.ts';

/** The contract's maximum of metrics and dimensions together. */
export const maxColumns = 25;

export function checkColumnCount(
  { metrics = [], dimensions = [] }: Pick<QueryRequest, 'metrics' | 'dimensions'>,
  report: ReportFault,
): void {
  const count = metrics.length + dimensions.length;
  if (count === 0) report('metrics', 'no metrics and no dimensions; expected at least one');
  if (count > maxColumns) {
    const found = `${counted(metrics.length, 'metric')} and ${counted(dimensions.length, 'dimension')} are ${count} columns`;
    report(
      metrics.length > maxColumns ? 'metrics' : 'dimensions',
      `${found}; expected at most ${maxColumns} together`,
    );
  }
}
