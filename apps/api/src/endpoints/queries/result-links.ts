import type { Request } from 'express';
import { resultUrls, type ResultUrls } from '@hourglass/contract';
import { z } from 'zod';
import {
  ReportError,
  openResult,
  isValidResultLink,
  resultLinkKeyPurpose,
  signedArchivePath,
  type Principal,
  type QueryRecord,
  type QueryStore,
  type ResultLinkStore,
  type SigningKeys,
} from '@hourglass/reports';
import { describeLinkUse, type DescribeWrite } from '../../http/audit.ts';
import { scopeOf } from '../../http/find-tenant.ts';
import { publicOrigin } from '../../http/public-origin.ts';
import { guardedRoute, openRoute, type GuardedRoute, type OpenRoute } from '../../http/route.ts';
import { queryNotFound, type QueryCollection } from './query-collections.ts';
import { archiveResponses, sendArchive, type ResultPorts } from './results.ts';

export interface ResultLinkPorts extends ResultPorts {
  readonly queries: QueryStore;
  readonly resultLinks: ResultLinkStore;
  readonly signingKeys: SigningKeys;
  /** URL at which clients reach this API; null: derived from the request. */
  readonly publicUrl: string | null;
}

/** Long enough to fetch a large archive in ranges, short enough for a link that leaks. */
const linkSeconds = 3_600;

/** `GET …/queries/{id}/resulturl`: a link to the archive that needs no credentials. */
export function createResultLinkRoute(collection: QueryCollection, ports: ResultLinkPorts): GuardedRoute {
  return guardedRoute({
    ...collection.rateLimits,
    method: 'get',
    path: `${collection.path}/:id/resulturl`,
    scope: 'read',
    missing: queryNotFound,
    operation: {
      id: 'getQueryResultUrl',
      tag: 'Queries',
      summary: 'Get a download link to the archive that needs no credentials',
    },
    responses: { 200: { description: 'The link.', json: resultUrls } },
    async handle({ request, response, principal, audit }) {
      const record = await collection.find(request, response);
      const { object } = await openResult(record, ports);
      const md5 = record.result?.archiveMd5 ?? null;
      const body: ResultUrls = {
        urls: [
          {
            uri: await signedUri(request, { record, principal, audit }, ports),
            ...(md5 === null ? {} : { md5 }),
            sizeBytes: String(object.bytes),
          },
        ],
      };
      response.set('Cache-Control', 'no-store').json(body);
    },
  });
}

async function signedUri(
  request: Request,
  {
    record,
    principal,
    audit,
  }: { readonly record: QueryRecord; readonly principal: Principal; readonly audit: DescribeWrite },
  ports: ResultLinkPorts,
): Promise<string> {
  const { organization, environment } = record.plan.tenant;
  // Read before the link is stored: a rotation of the key between both ends the link.
  const key = await ports.signingKeys.keyFor(resultLinkKeyPurpose);
  const stored = { queryId: record.id, principal, lifetimeSeconds: linkSeconds };
  const event = audit('link.create', { details: { query: record.id } });
  const { id: linkId, expiresAt } = await ports.resultLinks.create(stored, event);
  const expiresSeconds = Math.floor(expiresAt.getTime() / 1000);
  const link = { organization, environment, id: record.id, linkId, expiresSeconds };
  return `${publicOrigin(request, ports.publicUrl)}${signedArchivePath(link, key)}`;
}

/** `GET …/queries/{id}/archive?link=&expires=&signature=`: the target of such a link. */
export function openResultLinkRoute(ports: ResultLinkPorts): OpenRoute {
  return openRoute({
    method: 'get',
    path: '/v1/organizations/:organization/environments/:environment/queries/:id/archive',
    operation: { id: 'openResultLink', tag: 'Queries', summary: 'Download the archive by a resulturl link' },
    // Every fault of a link gets the same error, so the schemas reject nothing.
    parameters: {
      link: z.string().optional().describe('Id of the link.'),
      expires: z.string().optional().describe('Seconds since 1970.'),
      signature: z.string().optional().describe('Signature of the link.'),
    },
    responses: archiveResponses,
    async handle({ request, response, parameters }) {
      const { organization, environment } = scopeOf(request);
      const id = String(request.params['id']);
      const { link: linkId = '', signature = '' } = parameters;
      const link = { organization, environment, id, linkId, expiresSeconds: expiresOf(parameters.expires) };
      const key = await ports.signingKeys.keyFor(resultLinkKeyPurpose);
      if (!isValidResultLink(link, signature, { key, nowMs: ports.nowMs() }))
        throw new ReportError('result.link');
      const usable = await ports.resultLinks.findUsable(linkId);
      if (usable === null) throw new ReportError('result.link');
      if (usable.isSuspended) throw new ReportError('organization.suspended', { organization });
      const record = await ports.queries.find(link, id);
      if (record === null) throw new ReportError('result.link');
      const describe = describeLinkUse(request, response, linkId);
      await sendArchive(request, response, {
        record,
        ...ports,
        describe: (details) => describe('link.open', { object: id, details }),
      });
    },
  });
}

/** Zero, a time long past, for text that is no number of seconds. */
function expiresOf(text = ''): number {
  return /^\d{1,12}$/.test(text) ? Number(text) : 0;
}
