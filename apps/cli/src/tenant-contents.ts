import { counted } from '@hourglass/contract/messages';
import type { DeletedEnvironment } from '@hourglass/contract';

/** Describes what is deleted with an environment or organization. */
export function describeContents({
  facts,
  batches,
  queries,
}: Pick<DeletedEnvironment, 'facts' | 'batches' | 'queries'>): string {
  return `${counted(facts, 'fact')} in ${counted(batches, 'batch', 'batches')} and ${counted(queries, 'query', 'queries')}`;
}
