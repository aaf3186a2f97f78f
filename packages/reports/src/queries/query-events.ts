import type { Tenant } from '@hourglass/query';
import type { AttemptPhase } from './progress.ts';
import type { OrganizationScope, QueryScope } from './query-scope.ts';
import type { QueryState } from './query-states.ts';

/** A change of a query that its clients see. */
export interface QueryEvent {
  /** Decimal. Of two events of an environment, the later one has the larger id. */
  readonly id: string;
  readonly at: Date;
  readonly queryId: string;
  /** Its environment. */
  readonly scope: QueryScope;
  readonly hostname: string | null;
  /** False: only phase, progress or scanned rows changed. */
  readonly isStateChange: boolean;
  readonly state: QueryState;
  readonly phase: AttemptPhase | null;
  readonly progressPercent: number;
  readonly rowsScanned: number | null;
  /** The reason, when the state is `failed`; otherwise null. */
  readonly failure: string | null;
}

/** The events after one, in order. */
export interface EventPage {
  readonly events: readonly QueryEvent[];
  /** Whether more follow. */
  readonly isFull: boolean;
  /** Id of the newest event of the query or environment, also where the page ends before it; "0": none. */
  readonly newestId: string;
  /** Whether the log has the event after which the page begins. "0" is known. */
  readonly isKnown: boolean;
}

/** The page of one query. */
export interface QueryEventPage extends EventPage {
  /** The present state of the query. */
  readonly state: QueryState;
}

export interface QueryEventListener {
  /** An event of this query was committed. */
  onChanged(environmentId: number, queryId: string): void;
  /** Every later event is notified. */
  onListening(): void;
  /** Events may be missed until the next `onListening`. */
  onLost(error: unknown): void;
}

/** The event log of queries. Concurrent reads share one statement. Ids are at most `newestEventId`. */
export interface QueryEvents {
  /** Listens until `stop` is called, reconnecting after outages of the database. */
  listen(listener: QueryEventListener): { stop(): Promise<void> };
  /** Null: the scope has no query with this id. */
  ofQuery(scope: OrganizationScope | QueryScope, id: string, afterId: string): Promise<QueryEventPage | null>;
  /** The events of the queries of a hostname, or of those that have none. Null: the environment was deleted. */
  ofEnvironment(tenant: Tenant, hostname: string | null, afterId: string): Promise<EventPage | null>;
}

/** The largest id, after which no event follows. */
export const newestEventId = '9223372036854775807';

/** Deletes events that are older, oldest first, and returns their number. */
export interface ExpiredQueryEvents {
  deleteExpiredEvents(terms: { readonly days: number; readonly limit: number }): Promise<number>;
}
