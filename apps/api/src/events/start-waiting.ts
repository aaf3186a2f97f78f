import type { ApiMetrics, Logger } from '@hourglass/platform';
import type { QueryEvents } from '@hourglass/reports';
import { createSlots, type Slots } from '../connections/slots.ts';
import { createQueryWatch, type QueryWatch } from './query-watch.ts';

/** Requests that wait and streams of this process, at about 50 KB each. */
const maxWaiting = 2_000;
const maxWaitingPerOrganization = 500;

/** The parts that requests need to wait for changes of queries. */
export interface Waiting {
  readonly watch: QueryWatch;
  readonly slots: Slots;
  close(): Promise<void>;
}

export interface WaitingServices {
  readonly queryEvents: Pick<QueryEvents, 'listen'>;
  readonly metrics: Pick<ApiMetrics, 'watchWaiting'>;
  readonly log: Pick<Logger, 'warn'>;
}

/** Listens for changes of queries, on one connection of the database for all clients. */
export function startWaiting({ queryEvents, metrics, log }: WaitingServices): Waiting {
  const watch = createQueryWatch((error) => {
    log.warn({ err: error }, 'lost the signals of changed queries; waiting requests read every second');
  });
  const listening = queryEvents.listen(watch.listener);
  const slots = createSlots({ max: maxWaiting, maxPerOwner: maxWaitingPerOrganization });
  metrics.watchWaiting(() => slots.used);
  return {
    watch,
    slots,
    close: () => listening.stop(),
  };
}
