import type { ApiMetrics } from '@hourglass/platform';
import type { OpenRoute } from '../http/route.ts';

/** `GET /healthz`: the process is alive. Asks nobody else, so that a database outage restarts no process. */
export function healthRoute(): OpenRoute {
  return {
    method: 'get',
    path: '/healthz',
    scope: null,
    parameters: [],
    jsonBodyBytes: null,
    handle: async (_request, response) => {
      response.json({ status: 'alive' });
    },
  };
}

/** `GET /metrics`: Prometheus text. */
export function metricsRoute(metrics: ApiMetrics): OpenRoute {
  return {
    method: 'get',
    path: '/metrics',
    scope: null,
    parameters: [],
    jsonBodyBytes: null,
    handle: async (_request, response) => {
      response.type(metrics.contentType).send(await metrics.render());
    },
  };
}
