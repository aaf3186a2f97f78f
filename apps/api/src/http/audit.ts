import type { Request, Response } from 'express';
import type { Logger } from '@hourglass/platform';
import {
  administrativeActions,
  type Actor,
  type AuditAction,
  type AuditDetails,
  type AuditEvent,
  type Principal,
} from '@hourglass/reports';
import { clientAddress } from './client-address.ts';

interface DescribedWrite {
  /** Default: the one in the path, else the caller's. */
  readonly organization?: string | null;
  /** Default: the one in the path. */
  readonly environment?: string | null;
  /** Name or id of what is written. */
  readonly object?: string | null;
  /** Neither secrets nor values of facts. */
  readonly details?: AuditDetails;
}

/** Describes a write of the request, for the store that writes both in one transaction. */
export type DescribeWrite = (action: AuditAction, described?: DescribedWrite) => AuditEvent;

export interface AuditedRequest {
  readonly describe: DescribeWrite;
  /** Logs the administrative writes. Called when they are committed. */
  log(log: Pick<Logger, 'info'>): void;
}

/** Audits the writes of one request. */
export function auditRequest(
  request: Request,
  response: Response,
  { email, tokenId, organization: own }: Pick<Principal, 'email' | 'tokenId' | 'organization'>,
): AuditedRequest {
  const kind = tokenId === null ? 'user' : 'token';
  const described: AuditEvent[] = [];
  return {
    // Only here: polls describe nothing, and should cost nothing.
    describe(action, rest = {}) {
      const actor: Actor = { ...originOf(request, response), kind, email, tokenId };
      const event = eventOf(actor, action, { ...placeOf(request, own), ...rest });
      described.push(event);
      return event;
    },
    log(log) {
      for (const event of described) if (isAdministrative(event)) log.info(lineOf(event), 'administration');
    },
  };
}

/** Describes the use of a link, which is its own credentials. */
export function describeLinkUse(request: Request, response: Response, linkId: string): DescribeWrite {
  const actor: Actor = { ...originOf(request, response), kind: 'link', linkId };
  return (action, rest = {}) => eventOf(actor, action, { ...placeOf(request, null), ...rest });
}

function originOf(request: Request, response: Response): Omit<Actor, 'kind'> {
  const requestId = String(response.locals['requestId']);
  return { email: null, tokenId: null, linkId: null, address: clientAddress(request), requestId };
}

function placeOf(
  { params }: Request,
  own: string | null,
): Pick<DescribedWrite, 'organization' | 'environment'> {
  const { organization, environment } = params;
  return {
    organization: organization === undefined ? own : String(organization),
    environment: environment === undefined ? null : String(environment),
  };
}

function eventOf(
  actor: Actor,
  action: AuditAction,
  { organization = null, environment = null, object = null, details = {} }: DescribedWrite,
): AuditEvent {
  return { actor, action, organization, environment, object, refusal: null, details };
}

function isAdministrative({ action }: AuditEvent): boolean {
  return administrativeActions.some((name) => name === action);
}

function lineOf({ actor, action, organization, environment, object, details }: AuditEvent): object {
  const { requestId, email } = actor;
  const place = environment === null ? { organization } : { organization, environment };
  return { requestId, ...place, by: email, action, object, ...details };
}
