import {
  createdSharedView,
  createSharedViewBody,
  maxSharedViewBytes,
  sharedViewList,
  type SharedViewView,
} from '@hourglass/contract';
import {
  createSharedView,
  isUuid,
  ReportError,
  type CreateSharedViewPorts,
  type SharedView,
  type SharedViewStore,
} from '@hourglass/reports';
import type { EventLoopTurns } from '../../http/event-loop-turns.ts';
import { scopeOf, type TenantFinder } from '../../http/find-tenant.ts';
import { ItemByItem, sendInPieces } from '../../http/json-pieces.ts';
import { publicOrigin } from '../../http/public-origin.ts';
import { guardedRoute, jsonBody, type GuardedRoute } from '../../http/route.ts';

export interface SharedViewPorts extends Omit<CreateSharedViewPorts, 'sharedViews'> {
  readonly sharedViews: SharedViewStore;
  readonly newSecret: () => string;
  /** URL at which clients reach this API; null: derived from the request. */
  readonly publicUrl: string | null;
  readonly turns: EventLoopTurns;
}

const path = '/v1/organizations/:organization/environments/:environment/sharedViews';
const tag = 'Shared views';

/** `…/sharedViews`: pages of results and reports for people without an account. */
export function sharedViewRoutes(findTenant: TenantFinder, ports: SharedViewPorts): GuardedRoute[] {
  return [
    listSharedViews(findTenant, ports),
    createSharedViewRoute(findTenant, ports),
    deleteSharedView(findTenant, ports),
  ];
}

function listSharedViews(findTenant: TenantFinder, { sharedViews, turns }: SharedViewPorts): GuardedRoute {
  return guardedRoute({
    method: 'get',
    path,
    scope: 'read',
    operation: {
      id: 'listSharedViews',
      tag,
      summary: 'List the shared views of an environment, without their secrets',
    },
    responses: { 200: { description: 'The views, newest first.', json: sharedViewList } },
    async handle({ request, response }) {
      const found = await sharedViews.list(await findTenant(request));
      response.set('Cache-Control', 'no-store');
      const items = new ItemByItem(found.map(viewOf));
      await sendInPieces(response, { sharedViews: items }, () => turns.next(scopeOf(request).organization));
    },
  });
}

function createSharedViewRoute(findTenant: TenantFinder, ports: SharedViewPorts): GuardedRoute {
  return guardedRoute({
    method: 'post',
    path,
    scope: 'submit',
    operation: {
      id: 'createSharedView',
      tag,
      summary: 'Share a result or a report with people without an account',
    },
    body: jsonBody(createSharedViewBody, {
      maxBytes: maxSharedViewBytes,
      example: {
        report: '00000000-0000-4000-8000-000000000000',
        filter: "(developer_email eq 'ada@example.com')",
        title: 'Your calls this month',
        expiresInSeconds: 3600,
        frameOrigins: ['https://portal.example.com'],
      },
    }),
    responses: { 201: { description: 'The view, with the URL that opens it.', json: createdSharedView } },
    async handle({ request, response, principal, body, audit }) {
      const tenant = await findTenant(request);
      const secret = ports.newSecret();
      const created = await createSharedView(
        {
          ...{ tenant, principal, secret },
          audit: ({ id: object, subject: { kind } }) =>
            audit('shared_view.create', { object, details: { kind } }),
        },
        body,
        ports,
      );
      // The secret is in the fragment, which browsers send to no server and no log has.
      const url = `${publicOrigin(request, ports.publicUrl)}/shared/${created.id}#${secret}`;
      response.set('Cache-Control', 'no-store');
      response.status(201).json({ ...viewOf(created), url });
    },
  });
}

function deleteSharedView(findTenant: TenantFinder, { sharedViews }: SharedViewPorts): GuardedRoute {
  return guardedRoute({
    method: 'delete',
    path: `${path}/:sharedView`,
    scope: 'submit',
    operation: { id: 'deleteSharedView', tag, summary: 'Revoke a shared view' },
    responses: { 204: { description: 'The view is revoked.' } },
    async handle({ request, response, audit }) {
      const tenant = await findTenant(request);
      const id = String(request.params['sharedView']);
      const isDeleted =
        isUuid(id) && (await sharedViews.delete(tenant, id, audit('shared_view.delete', { object: id })));
      if (!isDeleted) throw new ReportError('shared_view.not_found', { id });
      response.status(204).end();
    },
  });
}

function viewOf({
  id,
  subject,
  title,
  frameOrigins,
  madeBy,
  createdAt,
  expiresAt,
}: SharedView): SharedViewView {
  return {
    id,
    ...subjectOf(subject),
    ...(title === null ? {} : { title }),
    frameOrigins: [...frameOrigins],
    madeBy,
    created: createdAt.toISOString(),
    expires: expiresAt.toISOString(),
  };
}

function subjectOf(subject: SharedView['subject']): Pick<SharedViewView, 'query' | 'report' | 'filter'> {
  if (subject.kind === 'query') return { query: subject.query };
  const { report, filter } = subject;
  return { report, ...(filter === null ? {} : { filter }) };
}
