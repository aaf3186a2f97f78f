import type { FieldFault } from '../../report/faults.ts';
import type { ReportFields } from '../../report/fields.ts';
import type { Report } from './use-report.ts';

/** Properties of every part of the form. */
export interface Section extends Report {
  readonly fields: ReportFields;
  readonly faults: readonly FieldFault[];
}
