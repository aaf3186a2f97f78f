import type { Request, Response } from 'express';
import type { Principal, Scope } from '@hourglass/reports';

/** What the middleware found out before an endpoint runs. */
interface Caller {
  readonly principal: Principal;
}

/** One endpoint: where it is, who may call it, which query parameters it understands, and what it does. */
export type Route = OpenRoute | GuardedRoute;

interface RouteBase {
  readonly method: 'get' | 'post' | 'patch' | 'delete';
  /** Express path pattern; also the label of its metrics. */
  readonly path: string;
  /** Others are refused, so that a misspelled parameter is never silently ignored. */
  readonly parameters: readonly string[];
  /** Largest JSON body in bytes; null: the endpoint reads the request stream itself, or there is no body. */
  readonly jsonBodyBytes: number | null;
}

export interface OpenRoute extends RouteBase {
  readonly scope: null;
  readonly handle: (request: Request, response: Response) => Promise<void>;
}

export interface GuardedRoute extends RouteBase {
  readonly scope: Scope;
  /** Headers that every answer has, errors too; runs when the caller is known and before the body is read. */
  readonly prepare?: (request: Request, response: Response, caller: Caller) => Promise<void>;
  readonly handle: (request: Request, response: Response, caller: Caller) => Promise<void>;
}
