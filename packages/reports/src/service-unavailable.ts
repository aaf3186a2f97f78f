export type Service = 'database' | 'queue' | 'object store' | 'scratch disk' | 'cluster';

/**
 * A service that Hourglass depends on is unreachable or refuses requests. Adapters throw it instead
 * of their library's error. The API responds 503 with `Retry-After`; the worker retries.
 */
export class ServiceUnavailable extends Error {
  readonly service: Service;

  constructor(service: Service, cause: unknown) {
    super(`the ${service} is not available`, { cause });
    this.name = 'ServiceUnavailable';
    this.service = service;
  }
}
