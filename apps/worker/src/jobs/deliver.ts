import {
  deliverDue,
  eventPayload,
  eventTypeOfState,
  type DeliverPorts,
  type DeliverTerms,
  type DeliveryQueue,
} from '@hourglass/reports';
import type { PeriodicJob } from '../periodic-job.ts';
import { drainInBatches } from './drain-in-batches.ts';
import { unlessDown } from './unless-down.ts';

/** An event reaches its endpoints within about twice this time, if their lanes are free. */
const everyMs = 500;
const maxEndpoints = 50;
const maxEventsPerEndpoint = 500;
const maxStarted = 500;

/** Makes deliveries of new events, and those due whose query has ended. Any number of workers may do so at the same time. */
export function fanOutEventsJob({
  deliveries,
  newId,
}: {
  readonly deliveries: DeliveryQueue;
  readonly newId: () => string;
}): PeriodicJob {
  const terms = {
    ...{ maxEndpoints, maxEventsPerEndpoint, newId },
    typeOf: (state: keyof typeof eventTypeOfState) => eventTypeOfState[state] ?? null,
    payloadOf: eventPayload,
  };
  return {
    name: 'fan-out-events',
    everyMs,
    run: (signal) =>
      unlessDown(async () => {
        await drainInBatches(1, () => deliveries.fanOut(terms), signal);
        await drainInBatches(maxStarted, (limit) => deliveries.startWaiting(terms, limit), signal);
        return 0;
      }),
  };
}

/** Sends due deliveries. */
export function deliverJob(ports: DeliverPorts, terms: DeliverTerms): PeriodicJob {
  return {
    name: 'deliver',
    everyMs,
    run: (signal) =>
      unlessDown(async () => {
        await deliverDue(ports, terms, signal);
        return 0;
      }),
  };
}

/** Deletes deliveries that ended longer ago, with their attempts. */
export function deleteExpiredDeliveriesJob(
  deliveries: Pick<DeliveryQueue, 'deleteExpired'>,
  { days }: { readonly days: number },
): PeriodicJob {
  return {
    name: 'delete-expired-deliveries',
    everyMs: 600_000,
    run: (signal) => drainInBatches(5_000, (limit) => deliveries.deleteExpired({ days, limit }), signal),
  };
}
