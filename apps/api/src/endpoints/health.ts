import type { ApiMetrics } from '@hourglass/platform';
import { liveness } from '@hourglass/contract';
import { openRoute, type OpenRoute } from '../http/route.ts';

/** `GET /healthz`: the process is alive. Asks nobody else, so that a database outage restarts no process. */
export function healthRoute(): OpenRoute {
  return openRoute({
    method: 'get',
    path: '/healthz',
    operation: { id: 'healthz', tag: 'Service', summary: 'Whether the process is alive' },
    responses: { 200: { description: 'It is.', json: liveness } },
    handle: async ({ response }) => void response.json({ status: 'alive' }),
  });
}

/** `GET /metrics`: Prometheus text. */
export function metricsRoute(metrics: ApiMetrics): OpenRoute {
  return openRoute({
    method: 'get',
    path: '/metrics',
    operation: { id: 'metrics', tag: 'Service', summary: 'Measurements of the process for Prometheus' },
    responses: { 200: { description: 'Prometheus text.', mediaTypes: ['text/plain'] } },
    handle: async ({ response }) => void response.type(metrics.contentType).send(await metrics.render()),
  });
}
