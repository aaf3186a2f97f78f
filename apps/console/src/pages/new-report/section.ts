import type { FieldFault } from '../../report/faults.ts';
import type { ReportFields } from '../../report/fields.ts';
import type { Report } from './use-report.ts';

/** What every part of the form needs. */
export interface Section extends Report {
  readonly fields: ReportFields;
  readonly faults: readonly FieldFault[];
}
