import type { StatsRequest } from '@hourglass/query';
import { runStats, type RunStatsPorts } from '@hourglass/reports';
import type { Request } from 'express';
import { clientGone } from '../../http/client-gone.ts';
import { sendInPieces } from '../../http/json-pieces.ts';
import type { GuardedCall } from '../../http/route.ts';
import type { StatsForm, StatsPlace } from './stats-forms.ts';
import type { StatsParameters } from './stats-parameters.ts';

/** Short names of dimensions that older clients use. */
const dimensionAliases: ReadonlyMap<string, string> = new Map([
  ['apis', 'apiproxy'],
  ['apiproducts', 'api_product'],
  ['apps', 'developer_app'],
  ['devs', 'developer'],
  ['envs', 'environment'],
  ['uris', 'request_uri'],
]);

/** Computes what is asked for while the client waits, and answers with it. */
export async function answerStats(
  { request, response, parameters }: GuardedCall<StatsParameters>,
  { place, form }: { readonly place: StatsPlace; readonly form: StatsForm },
  ports: RunStatsPorts,
): Promise<void> {
  const { tsAscending, ...texts } = parameters;
  const asked: StatsRequest = {
    ...texts,
    tsAscending: tsAscending === 'true',
    dimensions: dimensionsOf(request),
  };
  const { tenant } = place;
  const stats = await runStats({ request: asked, dataset: 'api', tenant }, ports, clientGone(response));
  response.set('Cache-Control', 'no-store');
  await sendInPieces(response, form.view(stats, place, parameters));
}

function dimensionsOf({ params }: Request): readonly string[] {
  const names = params['dimensions']?.toString().split(',') ?? [];
  return names.map((name) => dimensionAliases.get(name) ?? name);
}
