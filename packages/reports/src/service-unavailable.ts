export type Service = 'database' | 'queue' | 'object store' | 'scratch disk';

/**
 * A service that Hourglass depends on cannot be reached or refuses to serve. Adapters throw it in place of
 * their library's error: the API answers 503 with `Retry-After`, the worker tries again.
 */
export class ServiceUnavailable extends Error {
  readonly service: Service;

  constructor(service: Service, cause: unknown) {
    super(`the ${service} is not available`, { cause });
    this.name = 'ServiceUnavailable';
    this.service = service;
  }
}
