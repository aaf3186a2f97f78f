import { randomUUID } from 'node:crypto';
import type { Database } from '@hourglass/database';
import { createLazyBucketSender } from '@hourglass/object-store';
import type { Outbound } from '@hourglass/outbound';
import type { Logger, Settings } from '@hourglass/platform';
import {
  createDeliveryLinks,
  createSemaphore,
  deliveryRetryDelays,
  type DeliverPorts,
  type ObjectStore,
} from '@hourglass/reports';
import { deleteExpiredDeliveriesJob, deliverJob, fanOutEventsJob } from './jobs/deliver.ts';
import { oncePerInterval, type PeriodicJob } from './periodic-job.ts';

interface DeliveryAdapters {
  readonly database: Database;
  readonly objects: ObjectStore;
  readonly outbound: Outbound;
  readonly crashPoint: (point: string) => void;
}

/** Each holds parts of an archive in memory. */
const concurrentUploads = 2;
const deliverTerms = {
  leaseMs: 30_000,
  maxPerLane: 4,
  maxPerOrganization: 16,
  maxConcurrent: 64,
  failingMs: 259_200_000,
};

/** Periodic jobs that send deliveries to receivers that clients name. */
export function createDeliveryJobs(
  { delivery, secretKey, publicUrl }: Settings<'worker'>,
  { database, objects, outbound, crashPoint }: DeliveryAdapters,
  log: Logger,
): PeriodicJob[] {
  const { deliveries, periodicJobs, signingKeys } = database;
  const { targets, webhooks, mail, agents } = outbound;
  const semaphore = createSemaphore(concurrentUploads);
  const ports: DeliverPorts = {
    ...{ deliveries, webhooks, mail, objects, secretKey, crashPoint },
    buckets: createLazyBucketSender({ agents, targets, semaphore }),
    links: createDeliveryLinks({ deliveries, signingKeys, publicUrl }),
    nowMs: Date.now,
    random: Math.random,
    onDisabled: (endpoint) =>
      log.warn(endpoint, 'disabled a webhook endpoint to which nothing could be delivered'),
    onError: (id, err) => log.warn({ delivery: id, err }, 'an attempt of a delivery failed; will retry'),
  };
  return [
    fanOutEventsJob({ deliveries, newId: randomUUID }),
    deliverJob(ports, { ...deliverTerms, retryDelaysMs: deliveryRetryDelays(delivery.retryDelayMs) }),
    oncePerInterval(deleteExpiredDeliveriesJob(deliveries, { days: delivery.logDays }), periodicJobs),
  ];
}
