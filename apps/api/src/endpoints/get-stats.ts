import {
  edgeOptimizedStats,
  optimizedStats as optimizedStatsBody,
  stats as statsBody,
} from '@hourglass/contract';
import type { StatsRequest } from '@hourglass/query';
import { runStats, type RunStatsPorts, type Stats } from '@hourglass/reports';
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { TenantFinder } from '../http/find-tenant.ts';
import { sendInPieces } from '../http/json-pieces.ts';
import { guardedRoute, type GuardedRoute } from '../http/route.ts';
import { statsParameters } from './stats-parameters.ts';
import { optimizedStats, verboseStats } from './stats-view.ts';

const environmentPath = '/v1/organizations/:organization/environments/:environment';
const tag = 'Statistics';

/** Short names of dimensions that older clients use. */
const dimensionAliases: ReadonlyMap<string, string> = new Map([
  ['apis', 'apiproxy'],
  ['apiproducts', 'api_product'],
  ['apps', 'developer_app'],
  ['devs', 'developer'],
  ['envs', 'environment'],
  ['uris', 'request_uri'],
]);

/** `GET …/stats` and `GET …/optimizedStats`, both also with `/{dimensions}`: computed while the client waits. */
export function statsRoutes(findTenant: TenantFinder, ports: RunStatsPorts): GuardedRoute[] {
  const route = (definition: {
    path: string;
    id: string;
    summary: string;
    json: z.ZodType;
    view: (stats: Stats, parameters: { _optimized?: 'js' | undefined }) => object;
  }) =>
    guardedRoute({
      method: 'get',
      path: `${environmentPath}/${definition.path}`,
      scope: 'read',
      operation: { id: definition.id, tag, summary: definition.summary },
      parameters: statsParameters,
      responses: { 200: { description: 'The statistics.', json: definition.json } },
      async handle({ request, response, parameters }) {
        const tenant = await findTenant(request);
        const { tsAscending, ...texts } = parameters;
        const asked: StatsRequest = {
          ...texts,
          tsAscending: tsAscending === 'true',
          dimensions: dimensionsOf(request),
        };
        const stats = await runStats({ request: asked, dataset: 'api', tenant }, ports, clientGone(response));
        await sendInPieces(response.set('Cache-Control', 'no-store'), definition.view(stats, parameters));
      },
    });
  const plain = {
    json: z.union([statsBody, edgeOptimizedStats]),
    view: (stats: Stats, { _optimized }: { _optimized?: 'js' | undefined }) =>
      _optimized === 'js' ? optimizedStats(stats, Number) : verboseStats(stats),
  };
  const optimized = { json: optimizedStatsBody, view: (stats: Stats) => optimizedStats(stats, String) };
  return [
    route({ ...plain, path: 'stats', id: 'getStats', summary: 'Metrics of the environment' }),
    route({
      ...plain,
      path: 'stats/:dimensions',
      id: 'getStatsByDimensions',
      summary: 'Metrics by dimensions',
    }),
    route({
      ...optimized,
      path: 'optimizedStats',
      id: 'getOptimizedStats',
      summary: 'Metrics of the environment, in the optimized form',
    }),
    route({
      ...optimized,
      path: 'optimizedStats/:dimensions',
      id: 'getOptimizedStatsByDimensions',
      summary: 'Metrics by dimensions, in the optimized form',
    }),
  ];
}

function dimensionsOf({ params }: Request): readonly string[] {
  const names = params['dimensions']?.toString().split(',') ?? [];
  return names.map((name) => dimensionAliases.get(name) ?? name);
}

/** Aborts when nobody waits for the answer any longer. */
function clientGone(response: Response): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => gone.abort(new Error('the client went away')));
  return gone.signal;
}
