import { reasonOf } from './error-reason.ts';
import type { Logger } from './logger.ts';

/** The settings that decide whether a process reaches a service. */
const settingsOf = {
  database: 'DATABASE_URL',
  queue: 'REDIS_URL',
  'object store': 'S3_ENDPOINT, S3_BUCKET and its keys',
  'scratch disk': 'HOURGLASS_DATA_DIR',
  cluster: 'CLICKHOUSE_URLS, CLICKHOUSE_USER and CLICKHOUSE_PASSWORD',
} as const;

type Service = keyof typeof settingsOf;

export interface CheckedService {
  readonly name: Service;
  /** Rejects if the service cannot be reached. */
  readonly check: () => Promise<void>;
}

/** One line for the operator of a process that cannot reach a service. */
export function describeOutage(service: Service, error: unknown): string {
  return `the ${service} is not available (${reasonOf(error)}); check that it runs, and ${settingsOf[service]}`;
}

/**
 * Logs each service that a process cannot reach at its start. The process keeps running and uses the
 * service as soon as it is back.
 */
export async function logOutages(services: readonly CheckedService[], log: Logger): Promise<void> {
  await Promise.all(
    services.map(({ name, check }) =>
      check().catch((error: unknown) =>
        log.warn({ service: name }, `${describeOutage(name, error)}; retrying`),
      ),
    ),
  );
}
