import type { DeletedEnvironment } from '@hourglass/contract';
import { counted } from './command-context.ts';

/** Describes what is deleted with an environment or organization. */
export function describeContents({
  facts,
  batches,
  queries,
}: Pick<DeletedEnvironment, 'facts' | 'batches' | 'queries'>): string {
  return `${counted(facts, 'fact')} in ${counted(batches, 'batch', 'batches')} and ${counted(queries, 'query', 'queries')}`;
}
