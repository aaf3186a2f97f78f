/**
 * The states of a query.
 *
 *   enqueued ─► running ─► completed ─► expired
 *      │  ▲        │
 *      │  └────────┤ lost or requeued attempt
 *      ├───────────┴─► failed, cancelled
 */
export const queryStates = ['enqueued', 'running', 'completed', 'failed', 'cancelled', 'expired'] as const;
export type QueryState = (typeof queryStates)[number];

const transitions: Readonly<Record<QueryState, readonly QueryState[]>> = {
  enqueued: ['running', 'completed', 'cancelled', 'failed'],
  running: ['completed', 'failed', 'cancelled', 'enqueued'],
  completed: ['expired'],
  failed: [],
  cancelled: [],
  expired: [],
};

export function mayBecome(from: QueryState, to: QueryState): boolean {
  return transitions[from].includes(to);
}
