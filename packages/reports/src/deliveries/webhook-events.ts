import type { QueryState } from '../queries/query-states.ts';
import { polledStatusOf } from '../queries/query-status.ts';
import type { FannedOutEvent } from './delivery-queue.ts';

/** Types of the events that endpoints receive, by the state that a query enters. */
export const eventTypeOfState: Readonly<Partial<Record<QueryState, string>>> = {
  completed: 'query.completed',
  failed: 'query.failed',
  cancelled: 'query.cancelled',
  expired: 'query.expired',
};

export const webhookEventTypes: readonly string[] = Object.values(eventTypeOfState);

/** The type of a message by which an administrator tries an endpoint. */
export const testEventType = 'webhook.test';

/** Returns the body of an event: its data is what a poll shows of the query at that time. */
export function eventPayload(type: string, { at, query }: FannedOutEvent): string {
  return messageBody(type, at, polledStatusOf(query));
}

/** Returns a body of Standard Webhooks. */
export function messageBody(type: string, at: Date, data: object): string {
  return JSON.stringify({ type, timestamp: at.toISOString(), data });
}
