import type { StoredSegment } from '@hourglass/query';
import type { FactSnapshot } from './fact-source.ts';

/** A Parquet file in the object store with facts of one environment. */
export type FactObject = Pick<StoredSegment, 'key' | 'facts' | 'firstMs' | 'lastMs' | 'deletions'>;

/** A snapshot whose facts are all in the object store, hot facts in one more object. */
export interface FactObjects extends Omit<FactSnapshot, 'segments'> {
  readonly objects: readonly FactObject[];
}
