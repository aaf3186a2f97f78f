import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import {
  auditEventList,
  moment,
  oneOf,
  wholeNumber,
  type AuditEventList,
  type AuditEventView,
} from '@hourglass/contract';
import {
  actorKinds,
  auditActions,
  invalidRequest,
  isAtLeast,
  requireRole,
  type AuditCriteria,
  type AuditLog,
  type AuditRecord,
} from '@hourglass/reports';
import { z } from 'zod';
import { scopeOf } from '../http/find-tenant.ts';
import { auditPageToken, auditPositionOf } from '../http/page-token.ts';
import { guardedRoute, type GuardedCall, type GuardedRoute } from '../http/route.ts';

const tag = 'Audit';
const defaultPageSize = 100;
const maxPageSize = 1000;
/** An export reads as many events at a time, each time in a statement of its own. */
const exportedAtOnce = 1000;
const ndjson = 'application/x-ndjson';

const text = z.string().max(512, 'expected at most 512 characters');
const uuid = z.uuid('expected an id of hexadecimal digits and hyphens').toLowerCase();

const filterParameters = {
  from: moment.optional().describe('Events at or after this time.'),
  to: moment.optional().describe('Events before this time.'),
  actor: oneOf(actorKinds).optional().describe('Kind of the actor.'),
  user: text.toLowerCase().optional().describe("E-mail address of the user, or of the token's user."),
  token: uuid.optional().describe('Id of the token.'),
  link: uuid.optional().describe('Id of the link.'),
  action: oneOf(auditActions).optional().describe('Action.'),
  outcome: oneOf(['done', 'refused']).optional().describe('Outcome.'),
  environment: text.optional().describe('Name of the environment.'),
  object: text.optional().describe('Name or id of what the action was done to.'),
  requestId: uuid.optional().describe('X-Request-Id of a response.'),
};

const pageParameters = {
  format: oneOf(['json', 'ndjson'])
    .optional()
    .describe('ndjson, or the header Accept: all events, oldest first, one JSON object per line.'),
  pageSize: wholeNumber({ min: 1, max: maxPageSize })
    .default(defaultPageSize)
    .describe(`Events per page, at most ${maxPageSize}; ${defaultPageSize} by default.`),
  pageToken: z.string().optional().describe('nextPageToken of the previous page.'),
};

type Parameters<Schemas> = { readonly [Name in keyof Schemas]: z.output<Schemas[Name]> };
type Filter = Parameters<typeof filterParameters>;

const responses = {
  200: {
    description: 'A page of events, newest first, or all of them as NDJSON, oldest first.',
    json: auditEventList,
    mediaTypes: [ndjson],
  },
};

export interface AuditPorts {
  readonly audit: Pick<AuditLog, 'list'>;
}

/** `GET …/audit` for administrators and operators, and `GET /v1/operator/audit` for operators. */
export function auditRoutes(ports: AuditPorts): readonly GuardedRoute[] {
  return [operatorAuditRoute(ports), organizationAuditRoute(ports)];
}

/** Operators also see the events of a deleted organization. */
function organizationAuditRoute(ports: AuditPorts): GuardedRoute {
  return guardedRoute({
    method: 'get',
    path: '/v1/organizations/:organization/audit',
    scope: 'admin',
    allowsOperators: true,
    operation: { id: 'listAuditEvents', tag, summary: 'List or export the audit log of the organization' },
    parameters: { ...filterParameters, ...pageParameters },
    responses,
    async handle({ parameters, ...call }) {
      const { organization } = scopeOf(call.request);
      const sinceCreation = !isAtLeast(call.principal.role, 'operator');
      await respond(call, { ...criteriaOf(parameters), organization, sinceCreation }, parameters, ports);
    },
  });
}

function operatorAuditRoute(ports: AuditPorts): GuardedRoute {
  return guardedRoute({
    method: 'get',
    path: '/v1/operator/audit',
    scope: 'admin',
    operation: {
      id: 'listAllAuditEvents',
      tag,
      summary: 'List or export the audit log of all organizations and of the instance (operators only)',
    },
    parameters: {
      organization: text.optional().describe('Name of the organization, which may be deleted.'),
      ...filterParameters,
      ...pageParameters,
    },
    responses,
    async handle({ parameters, ...call }) {
      requireRole(call.principal, 'operator');
      const { organization = null } = parameters;
      const criteria = { ...criteriaOf(parameters), organization, sinceCreation: false };
      await respond(call, criteria, parameters, ports);
    },
  });
}

/** @throws ReportError `request.invalid` unless `from` is before `to` */
function criteriaOf({ from, to, user, token, link, ...filter }: Filter) {
  if (from !== undefined && to !== undefined && from >= to) {
    throw invalidRequest([{ field: 'to', message: 'it is not after from; expected a later time' }]);
  }
  const { actor, action, outcome, environment, object, requestId } = filter;
  const same = { actor, action, outcome, environment, object, requestId };
  return { ...same, from, before: to, email: user, tokenId: token, linkId: link };
}

type AuditCall = Pick<GuardedCall, 'request' | 'response' | 'reauthenticate'>;

async function respond(
  { request, response, reauthenticate }: AuditCall,
  criteria: AuditCriteria,
  { format, pageSize, pageToken }: Parameters<typeof pageParameters>,
  { audit }: AuditPorts,
): Promise<void> {
  response.set('Cache-Control', 'no-store');
  if (format === undefined ? acceptsNdjson(request) : format === 'ndjson') {
    await sendExport(response, exportPages(criteria, audit, reauthenticate));
    return;
  }
  const after = pageToken === undefined ? null : auditPositionOf(pageToken, criteria);
  // One more than the page shows whether another page follows.
  const found = await audit.list(criteria, { order: 'newest', after, limit: pageSize + 1 });
  const page = found.slice(0, pageSize);
  const last = found.length > pageSize ? page.at(-1) : undefined;
  const body: AuditEventList = {
    events: page.map(viewOf),
    ...(last === undefined ? {} : { nextPageToken: auditPageToken(last, criteria) }),
  };
  response.json(body);
}

/** Only a client that names it: everything accepts NDJSON by the wildcard. */
function acceptsNdjson({ headers }: Request): boolean {
  return (headers.accept ?? '').toLowerCase().includes(ndjson);
}

/**
 * Reads pages until the last one. The credentials are checked again before each, and no transaction
 * is open between them.
 */
async function* exportPages(
  criteria: AuditCriteria,
  audit: AuditPorts['audit'],
  reauthenticate: () => Promise<unknown>,
): AsyncGenerator<string, undefined> {
  let after: AuditRecord | null = null;
  for (;;) {
    if (after !== null) await reauthenticate();
    const page: readonly AuditRecord[] = await audit.list(criteria, {
      order: 'oldest',
      after,
      limit: exportedAtOnce,
    });
    if (page.length > 0) yield page.map((event) => `${JSON.stringify(viewOf(event))}\n`).join('');
    after = page.at(-1) ?? null;
    if (page.length < exportedAtOnce) return;
  }
}

/** The first page is read before the headers are set, so that a failure still has a status. */
async function sendExport(response: Response, pages: AsyncGenerator<string, undefined>): Promise<void> {
  const first = await pages.next();
  response.set('Content-Type', ndjson);
  async function* all(): AsyncGenerator<string> {
    if (first.done !== true) yield first.value;
    yield* pages;
  }
  await pipeline(Readable.from(all(), { objectMode: false }), response);
}

function viewOf({ actor, at, refusal, ...event }: AuditRecord): AuditEventView {
  const { kind, email, tokenId, linkId, address, requestId } = actor;
  const { id, organization, environment, action, object, details } = event;
  return {
    ...{ id, at: at.toISOString(), organization, environment },
    ...{ actor: kind, user: email, token: tokenId, link: linkId, address },
    ...{ action, object, outcome: refusal === null ? 'done' : 'refused', code: refusal, requestId, details },
  };
}
