import {
  resultLinkList,
  revokedLinks,
  type ResultLinkList,
  type RevokedLinksView,
} from '@hourglass/contract';
import { invalidRequest, requireRole, type ResultLinkStore, type RevokedLinks } from '@hourglass/reports';
import { z } from 'zod';
import { scopeOf } from '../http/find-tenant.ts';
import { guardedRoute, type GuardedRoute } from '../http/route.ts';

export interface ResultLinksPorts {
  readonly resultLinks: ResultLinkStore;
}

const path = '/v1/organizations/:organization/resultLinks';
const tag = 'Result links';
/** The newest ones are enough to revoke one; all can be revoked without a list. */
const maxListed = 1000;

/** `…/resultLinks`: the links to archives of an organization. For administrators, and operators of any. */
export function resultLinksRoutes(ports: ResultLinksPorts): readonly GuardedRoute[] {
  return [listLinks(ports), revokeLink(ports), revokeLinks(ports), rotateKey(ports)];
}

function listLinks({ resultLinks }: ResultLinksPorts): GuardedRoute {
  return guardedRoute({
    method: 'get',
    path,
    scope: 'admin',
    allowsOperators: true,
    operation: { id: 'listResultLinks', tag, summary: 'List the links to results that have not expired' },
    responses: { 200: { description: 'The newest 1,000 links, newest first.', json: resultLinkList } },
    async handle({ request, response }) {
      const links = await resultLinks.list(scopeOf(request).organization, maxListed);
      const body: ResultLinkList = {
        links: links.map(({ queryId, createdAt, expiresAt, ...link }) => ({
          ...link,
          query: queryId,
          created: createdAt.toISOString(),
          expires: expiresAt.toISOString(),
        })),
      };
      response.json(body);
    },
  });
}

function revokeLink({ resultLinks }: ResultLinksPorts): GuardedRoute {
  return guardedRoute({
    method: 'delete',
    path: `${path}/:linkId`,
    scope: 'admin',
    allowsOperators: true,
    operation: { id: 'revokeResultLink', tag, summary: 'Revoke a link to a result' },
    responses: { 204: { description: 'The link is revoked.' } },
    async handle({ request, response, audit }) {
      const { organization } = scopeOf(request);
      const id = String(request.params['linkId']);
      await resultLinks.revoke(organization, { kind: 'one', id }, () => audit('link.revoke', { object: id }));
      response.status(204).end();
    },
  });
}

function revokeLinks({ resultLinks }: ResultLinksPorts): GuardedRoute {
  return guardedRoute({
    method: 'delete',
    path,
    scope: 'admin',
    allowsOperators: true,
    operation: { id: 'revokeResultLinks', tag, summary: 'Revoke the links of a user, or all' },
    parameters: {
      user: z.string().optional().describe('E-mail address: revokes the links that the user requested.'),
      all: z.enum(['true']).optional().describe('true: revokes every link of the organization.'),
    },
    responses: { 200: { description: 'The number of revoked links.', json: revokedLinks } },
    async handle({ request, response, parameters: { user, all }, audit }) {
      const { organization } = scopeOf(request);
      const revoked = await resultLinks.revoke(organization, chosenLinks(user, all), (count) =>
        audit('link.revoke', { details: { user: user ?? null, revoked: count } }),
      );
      const body: RevokedLinksView = { revoked };
      response.json(body);
    },
  });
}

function chosenLinks(user: string | undefined, all: 'true' | undefined): RevokedLinks {
  if ((user === undefined) === (all === undefined)) {
    throw invalidRequest([{ field: 'user', message: 'expected "user" or "all=true", and not both' }]);
  }
  return user === undefined ? { kind: 'all' } : { kind: 'user', email: user };
}

/** For operators. */
function rotateKey({ resultLinks }: ResultLinksPorts): GuardedRoute {
  return guardedRoute({
    method: 'post',
    path: '/v1/operator/resultLinkKey',
    scope: 'admin',
    operation: {
      id: 'rotateResultLinkKey',
      tag,
      summary:
        'Make a new key for links to results, which ends all links of every organization (operators only)',
    },
    responses: { 200: { description: 'The number of links that end.', json: revokedLinks } },
    async handle({ response, principal, audit }) {
      requireRole(principal, 'operator');
      const revoked = await resultLinks.rotateKey((count) =>
        audit('link.rotate_key', { organization: null, details: { revoked: count } }),
      );
      const body: RevokedLinksView = { revoked };
      response.json(body);
    },
  });
}
