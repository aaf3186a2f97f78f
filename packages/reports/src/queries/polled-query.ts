import type { QueryRecord } from './query-record.ts';
import type { OrganizationScope, QueryScope } from './query-scope.ts';

/** What a poll shows of a query. Not its plan, which costs more to read than all the rest. */
export interface PolledQuery extends Pick<
  QueryRecord,
  | 'id'
  | 'state'
  | 'progressPercent'
  | 'phase'
  | 'rowsScanned'
  | 'labels'
  | 'createdAt'
  | 'updatedAt'
  | 'failure'
  | 'result'
> {
  readonly scope: QueryScope;
}

/** Queries as polls read them. */
export interface PolledQueries {
  /** As `QueryStore.find`; many polls at once cost hardly more than one. */
  poll(scope: OrganizationScope | QueryScope, id: string): Promise<PolledQuery | null>;
}
