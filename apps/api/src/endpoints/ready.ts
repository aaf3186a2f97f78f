import { readiness } from '@hourglass/contract';
import { openRoute, type OpenRoute } from '../http/route.ts';

/** Something the API cannot serve without; `check` throws when it cannot be reached. */
export interface Dependency {
  readonly name: string;
  readonly check: () => Promise<void>;
}

/** `GET /readyz`: 200 when every dependency answers, else 503 that names the ones that do not. */
export function readyRoute(dependencies: readonly Dependency[]): OpenRoute {
  return openRoute({
    method: 'get',
    path: '/readyz',
    operation: { id: 'readyz', tag: 'Service', summary: 'Whether everything the API needs can be reached' },
    responses: {
      200: { description: 'It can.', json: readiness },
      503: { description: 'Something cannot.', json: readiness },
    },
    async handle({ response }) {
      const results = await Promise.allSettled(dependencies.map(({ check }) => check()));
      const checks = Object.fromEntries(
        dependencies.map(({ name }, index) => [
          name,
          results[index]?.status === 'fulfilled' ? 'reachable' : 'not reachable',
        ]),
      );
      const ready = results.every(({ status }) => status === 'fulfilled');
      if (!ready) response.status(503).set('Retry-After', '5');
      response.json({ status: ready ? 'ready' : 'not ready', checks });
    },
  });
}
