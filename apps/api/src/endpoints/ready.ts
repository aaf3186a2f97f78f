import { readiness } from '@hourglass/contract';
import { openRoute, type OpenRoute } from '../http/route.ts';

/** Something the API talks to; `check` throws when it cannot be reached. */
export interface Dependency {
  readonly name: string;
  /** Whether the API cannot serve without it. */
  readonly required: boolean;
  readonly check: () => Promise<void>;
}

/** `GET /readyz`: 200 when every dependency that is required answers, else 503. Both name all of them. */
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
      const ready = dependencies.every(
        ({ required }, index) => !required || results[index]?.status === 'fulfilled',
      );
      if (!ready) response.status(503).set('Retry-After', '5');
      response.json({ status: ready ? 'ready' : 'not ready', checks });
    },
  });
}
