import type { SharedViewView } from '@hourglass/contract';
import type { ReportField } from '../../report/fields.ts';

/** A result, or a saved report with the fields that its filter may name. */
export type SharedThing =
  | { readonly kind: 'query'; readonly id: string }
  | { readonly kind: 'report'; readonly name: string; readonly fields: readonly ReportField[] };

/** Whether a view shows it. */
export function isOf(
  { query, report }: Pick<SharedViewView, 'query' | 'report'>,
  thing: SharedThing,
): boolean {
  return thing.kind === 'query' ? query === thing.id : report === thing.name;
}
