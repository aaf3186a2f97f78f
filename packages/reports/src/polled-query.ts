import type { QueryRecord, QueryScope } from './ports.ts';

/** What a poll shows of a query: not its plan, which no poll shows and which costs more to read than all the rest. */
export type PolledQuery = Pick<
  QueryRecord,
  'id' | 'state' | 'progressPercent' | 'createdAt' | 'updatedAt' | 'failure' | 'result'
>;

/** Queries as polls read them. */
export interface PolledQueries {
  /** As it is now, or at any time after the call. Null: the scope has no query of this id. */
  poll(scope: QueryScope, id: string): Promise<PolledQuery | null>;
}
