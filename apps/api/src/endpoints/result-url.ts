import { resultUrls, type ResultUrls } from '@hourglass/contract';
import { z } from 'zod';
import {
  ReportError,
  openResult,
  isValidResultLink,
  signResultLink,
  type ObjectStore,
  type QueryStore,
  type SigningKeys,
} from '@hourglass/reports';
import { scopeOf } from '../http/find-tenant.ts';
import { publicOrigin } from '../http/public-origin.ts';
import { guardedRoute, openRoute, type GuardedRoute, type OpenRoute } from '../http/route.ts';
import { queryNotFound } from './find-query.ts';
import type { QueryPlace } from './query-place.ts';
import { archiveResponses, sendResult } from './send-result.ts';

export interface ResultUrlPorts {
  readonly queries: QueryStore;
  readonly objects: ObjectStore;
  readonly signingKeys: SigningKeys;
  readonly nowMs: () => number;
  /** Where clients reach this API; null: where the request says it came. */
  readonly publicUrl: string | null;
}

/** Long enough for a large archive that is fetched in ranges, short enough for a link that was passed on. */
const linkSeconds = 3_600;
const keyPurpose = 'result-links';

/** `GET …/queries/{id}/resulturl`: a link to the archive that needs no credentials. */
export function resultUrlRoute(place: QueryPlace, ports: ResultUrlPorts): GuardedRoute {
  return guardedRoute({
    ...place.rateLimits,
    method: 'get',
    path: `${place.path}/:id/resulturl`,
    scope: 'read',
    missing: queryNotFound,
    operation: {
      id: 'getQueryResultUrl',
      tag: 'Queries',
      summary: 'A link to the archive that needs no credentials',
    },
    responses: { 200: { description: 'One link.', json: resultUrls } },
    async handle({ request, response }) {
      const record = await place.find(request, response);
      const { object } = await openResult(record, ports);
      const { organization, environment } = record.plan.tenant;
      const expiresSeconds = Math.floor(ports.nowMs() / 1000) + linkSeconds;
      const key = await ports.signingKeys.keyFor(keyPurpose);
      const signature = signResultLink({ organization, environment, id: record.id, expiresSeconds }, key);
      const scope = `${encodeURIComponent(organization)}/environments/${encodeURIComponent(environment)}`;
      const path = `/v1/organizations/${scope}/queries/${record.id}/archive`;
      const md5 = record.result?.archiveMd5 ?? null;
      const body: ResultUrls = {
        urls: [
          {
            uri: `${publicOrigin(request, ports.publicUrl)}${path}?expires=${expiresSeconds}&signature=${signature}`,
            ...(md5 === null ? {} : { md5 }),
            sizeBytes: String(object.bytes),
          },
        ],
      };
      response.set('Cache-Control', 'no-store').json(body);
    },
  });
}

/** `GET …/queries/{id}/archive?expires=&signature=`: what such a link opens. */
export function linkedResultRoute(ports: ResultUrlPorts): OpenRoute {
  return openRoute({
    method: 'get',
    path: '/v1/organizations/:organization/environments/:environment/queries/:id/archive',
    operation: { id: 'openResultLink', tag: 'Queries', summary: 'What a link of resulturl opens' },
    // Whatever is wrong with a link, it opens nothing, and no more is said.
    parameters: {
      expires: z.string().optional().describe('Seconds since 1970.'),
      signature: z.string().optional(),
    },
    responses: archiveResponses,
    async handle({ request, response, parameters }) {
      const { organization, environment } = scopeOf(request);
      const id = String(request.params['id']);
      const link = { organization, environment, id, expiresSeconds: expiresOf(parameters.expires) };
      const key = await ports.signingKeys.keyFor(keyPurpose);
      const { signature = '' } = parameters;
      if (!isValidResultLink(link, signature, { key, nowMs: ports.nowMs() }))
        throw new ReportError('result.link');
      const record = await ports.queries.find(link, id);
      if (record === null) throw new ReportError('result.link');
      await sendResult(request, response, record, ports);
    },
  });
}

function expiresOf(text = ''): number {
  return /^\d{1,12}$/.test(text) ? Number(text) : 0;
}
