import { hash, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import { liveness, readiness } from '@hourglass/contract';
import type { ApiMetrics } from '@hourglass/platform';
import { ReportError } from '@hourglass/reports';
import { openRoute, type OpenRoute } from '../http/route.ts';

/** A service on which the API depends. */
export interface Dependency {
  readonly name: string;
  /** Whether the API is unready without it. */
  readonly required: boolean;
  /** Throws if the dependency cannot be reached. */
  readonly check: () => Promise<void>;
}

const tag = 'Service';

/** Endpoints for operators: liveness, readiness, metrics. */
export function serviceRoutes(
  dependencies: readonly Dependency[],
  metrics: ApiMetrics,
  metricsToken: string | null,
): readonly OpenRoute[] {
  return [healthRoute(), readyRoute(dependencies), metricsRoute(metrics, metricsToken)];
}

/** Checks no dependency, so that a database outage restarts no process. */
function healthRoute(): OpenRoute {
  return openRoute({
    method: 'get',
    path: '/healthz',
    operation: { id: 'healthz', tag, summary: 'Check that the process is alive' },
    responses: { 200: { description: 'The process is alive.', json: liveness } },
    handle: async ({ response }) => void response.json({ status: 'alive' }),
  });
}

/** Returns 503 if a required dependency cannot be reached. Both responses list every dependency. */
function readyRoute(dependencies: readonly Dependency[]): OpenRoute {
  return openRoute({
    method: 'get',
    path: '/readyz',
    operation: { id: 'readyz', tag, summary: 'Check that the API can reach its dependencies' },
    responses: {
      200: { description: 'Every required dependency is reachable.', json: readiness },
      503: { description: 'A required dependency is not reachable.', json: readiness },
    },
    async handle({ response }) {
      const results = await Promise.allSettled(dependencies.map(({ check }) => check()));
      const checks = Object.fromEntries(
        dependencies.map(({ name }, index) => [
          name,
          results[index]?.status === 'fulfilled' ? 'reachable' : 'not reachable',
        ]),
      );
      const ready = dependencies.every(
        ({ required }, index) => !required || results[index]?.status === 'fulfilled',
      );
      if (!ready) response.status(503).set('Retry-After', '5');
      response.json({ status: ready ? 'ready' : 'not ready', checks });
    },
  });
}

function metricsRoute(metrics: ApiMetrics, token: string | null): OpenRoute {
  return openRoute({
    method: 'get',
    path: '/metrics',
    operation: { id: 'metrics', tag, summary: 'Get Prometheus metrics of the process' },
    responses: { 200: { description: 'Prometheus text format.', mediaTypes: ['text/plain'] } },
    async handle({ request, response }) {
      if (token === null) assertOnThisMachine(request);
      else assertBearer(request, token);
      response.type(metrics.contentType).send(await metrics.render());
    },
  });
}

/**
 * A proxy of this machine connects from it too, but passes the name by which it is reached.
 * @throws ReportError `auth.metrics`
 */
function assertOnThisMachine(request: Request): void {
  const { ip = '', hostname } = request;
  const isLocal = /^(::ffff:)?127\.|^::1$/.test(ip) && /^(localhost|127(\.\d+){3}|\[::1\])$/i.test(hostname);
  if (!isLocal) throw new ReportError('auth.metrics');
}

/** @throws ReportError `auth.token` */
function assertBearer({ headers }: Request, token: string): void {
  const isRight = timingSafeEqual(digest(headers.authorization ?? ''), digest(`Bearer ${token}`));
  if (!isRight) throw new ReportError('auth.token', { header: 'Authorization, as Bearer' });
}

/** Has the same length for any text, so that comparisons take equally long. */
function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
