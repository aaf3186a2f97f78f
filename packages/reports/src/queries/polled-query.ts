import type { QueryRecord } from './query-record.ts';
import type { OrganizationScope, QueryScope } from './query-scope.ts';

/**
 * The fields of a query that a poll shows. Its plan is missing, because reading it costs more than
 * everything else.
 */
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
  | 'reusedFrom'
> {
  readonly scope: QueryScope;
}

/** Reads queries for polls. */
export interface PolledQueries {
  /** Like `QueryStore.find`. Concurrent polls share one statement. */
  poll(scope: OrganizationScope | QueryScope, id: string): Promise<PolledQuery | null>;
}
