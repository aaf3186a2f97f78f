import * as contract from '@hourglass/contract';
import type { StatsRequest } from '@hourglass/query';
import { runStats, type RunStatsPorts, type Stats } from '@hourglass/reports';
import type { Request } from 'express';
import { z } from 'zod';
import { clientGone } from '../../http/client-gone.ts';
import type { EventLoopTurns } from '../../http/event-loop-turns.ts';
import { jsonPieces, sendPieces } from '../../http/json-pieces.ts';
import type { Located, RouteScope } from '../../http/route-scopes.ts';
import { guardedRoute, type GuardedRoute } from '../../http/route.ts';
import { statsParameters, type StatsParameters } from './stats-parameters.ts';
import { optimizedStats, verboseStats, type StatsScope } from './stats-view.ts';

/** One of the two forms of the response body. */
interface StatsForm {
  readonly json: z.ZodType;
  readonly view: (stats: Stats, scope: StatsScope, parameters: StatsParameters) => object;
}

export interface StatsRoutePorts extends RunStatsPorts {
  /** Its keys are organizations. */
  readonly turns: EventLoopTurns;
}

/** Short names of dimensions that older clients use. */
const dimensionAliases: ReadonlyMap<string, string> = new Map([
  ['apis', 'apiproxy'],
  ['apiproducts', 'api_product'],
  ['apps', 'developer_app'],
  ['devs', 'developer'],
  ['envs', 'environment'],
  ['uris', 'request_uri'],
]);

/** The form of `optimizedStats` and `optimizedHostStats`, which exist in Apigee X only. */
const optimizedForm: StatsForm = {
  json: contract.optimizedStats,
  view: (stats) => optimizedStats(stats, String),
};

/**
 * `GET …/stats` and `GET …/optimizedStats`, or `hostStats` and `optimizedHostStats`; each also with
 * `/{dimensions}`.
 */
export function statsRoutes(scope: RouteScope, ports: StatsRoutePorts): GuardedRoute[] {
  const isHost = scope.kind === 'host';
  const noun = isHost ? 'HostStats' : 'Stats';
  const verbose = verboseForm(isHost ? contract.hostStats : contract.stats);
  return [
    { path: isHost ? 'hostStats' : 'stats', id: `get${noun}`, form: verbose },
    { path: `optimized${noun}`, id: `getOptimized${noun}`, form: optimizedForm },
  ].flatMap(({ path, id, form }) => [
    statsRoute(scope, { path, id, form }, ports),
    statsRoute(scope, { path: `${path}/:dimensions`, id: `${id}ByDimensions`, form }, ports),
  ]);
}

/** The verbose form, or with `_optimized=js` the optimized one of Edge. */
function verboseForm(schema: z.ZodType): StatsForm {
  return {
    json: z.union([schema, contract.edgeOptimizedStats]),
    view: (stats, scope, { _optimized }) =>
      _optimized === 'js' ? optimizedStats(stats, Number) : verboseStats(stats, scope),
  };
}

function statsRoute(
  scope: RouteScope,
  { path, id, form }: { readonly path: string; readonly id: string; readonly form: StatsForm },
  ports: StatsRoutePorts,
): GuardedRoute {
  return guardedRoute({
    method: 'get',
    path: `${scope.prefix}/${path}`,
    scope: 'read',
    operation: { id, tag: 'Statistics', summary: 'Compute metrics synchronously' },
    parameters: { ...scope.parameters, ...statsParameters },
    responses: { 200: { description: 'The statistics.', json: form.json } },
    async handle({ request, response, parameters }) {
      const located = await scope.locate(request, parameters);
      const { tsAscending, fillGaps, others, ...texts } = parameters;
      const nextTurn = () => ports.turns.next(located.tenant.organization);
      const pieces = await runStats(
        {
          request: {
            ...texts,
            tsAscending: tsAscending === 'true',
            fillGaps: fillGaps === 'true',
            others: others === 'true',
            dimensions: dimensionsOf(request),
          } satisfies StatsRequest,
          dataset: 'api',
          tenant: located.tenant,
        },
        {
          ...ports,
          present: (stats) => jsonPieces(form.view(stats, statsScopeOf(located), parameters), nextTurn),
        },
        clientGone(response),
      );
      response.set('Cache-Control', 'no-store');
      await sendPieces(response, pieces);
    },
  });
}

function dimensionsOf({ params }: Request): readonly string[] {
  const names = params['dimensions']?.toString().split(',') ?? [];
  return names.map((name) => dimensionAliases.get(name) ?? name);
}

function statsScopeOf({ tenant, hostname }: Located): StatsScope {
  return hostname === undefined
    ? { list: 'environments', name: tenant.environment }
    : { list: 'hosts', name: hostname };
}
