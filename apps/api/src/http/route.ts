import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Principal, ReportError, Scope } from '@hourglass/reports';
import type { DescribeWrite } from './audit.ts';
import { scopeNotFound } from './find-tenant.ts';

/** One definition routes, validates and documents an endpoint. */
export type Route = OpenRoute | GuardedRoute;

/** The endpoint in the OpenAPI document. */
interface Operation {
  /** Unique; the method name in generated clients. */
  readonly id: string;
  readonly tag: string;
  readonly summary: string;
}

/**
 * Schemas of query parameters by name. Their input is a string, or undefined for an absent
 * parameter.
 */
export type ParameterSchemas = Readonly<Record<string, z.ZodType>>;
type NoParameters = Readonly<Record<string, never>>;
type ParameterValues<Schemas extends ParameterSchemas> = {
  readonly [Name in keyof Schemas]: z.output<Schemas[Name]>;
};

export interface JsonBody<Body = unknown> {
  readonly kind: 'json';
  readonly schema: z.ZodType<Body>;
  readonly maxBytes: number;
  /** Shown in the OpenAPI document. A test validates it. */
  readonly example: unknown;
}

/** A body that the endpoint reads from the stream of the request. */
export interface StreamedBody {
  readonly kind: 'stream';
  readonly mediaType: string;
  /** Describes a line of the body in the OpenAPI document. The endpoint validates it itself. */
  readonly line: z.ZodType;
}

export interface ResponseShape {
  readonly description: string;
  /** Schema of a JSON body. A response without this and `mediaTypes` has no body. */
  readonly json?: z.ZodType;
  /** Media types of another body. */
  readonly mediaTypes?: readonly string[];
}

interface RouteBase {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Express path pattern, and the `route` label of metrics. */
  readonly path: string;
  readonly operation: Operation;
  /** Other parameters are refused, so that a misspelled one is never silently ignored. */
  readonly parameters: ParameterSchemas;
  /** The endpoint parses and validates the query string itself; `parameters` only document it. */
  readonly readsOwnQuery?: boolean;
  /** Descriptions of optional headers of the request, by name. The endpoint reads them itself. */
  readonly requestHeaders?: Readonly<Record<string, string>>;
  readonly body: JsonBody | StreamedBody | null;
  /** Successful responses. Errors have the standard body, or that of `errorStyle`. */
  readonly responses: Readonly<Record<number, ResponseShape>>;
  /** Logs each request with its id, for a contract whose responses contain that id. */
  readonly logsRequests?: boolean;
  /** The error body of a contract that defines its own. Applies to the whole path. */
  readonly errorStyle?: ErrorStyle;
  /**
   * Runs before another method at this path gets a 405. Throws for callers that may not learn of
   * the path.
   */
  readonly beforeOtherMethods?: (request: Request) => Promise<unknown>;
}

export interface ErrorStyle {
  readonly schema: z.ZodType;
  /** Writes status, headers and body. */
  readonly write: (response: Response, error: ReportError) => void;
}

/** Input of an endpoint. Parameters and body have been validated. */
export interface OpenCall<Parameters = Readonly<Record<string, unknown>>, Body = unknown> {
  readonly request: Request;
  readonly response: Response;
  readonly parameters: Parameters;
  readonly body: Body;
}

export interface GuardedCall<
  Parameters = Readonly<Record<string, unknown>>,
  Body = unknown,
  Found = unknown,
> extends OpenCall<Parameters, Body> {
  readonly principal: Principal;
  /** Checks the credentials again, for requests that take long. Throws as the first check. */
  readonly reauthenticate: () => Promise<Principal>;
  /** Describes a write for the audit log. */
  readonly audit: DescribeWrite;
  /** The result of `read`. */
  readonly found: Found;
}

export type HeaderValues = Readonly<Record<string, string>>;

export interface OpenRoute extends RouteBase {
  readonly scope: null;
  readonly handle: (call: OpenCall) => Promise<void>;
}

export interface GuardedRoute extends RouteBase {
  readonly scope: Scope;
  /** Header that carries the token, for a contract that does not use `Authorization`. */
  readonly tokenHeader?: string;
  /**
   * Admits tokens bound to an environment although the path names none: the endpoint uses the
   * token's.
   */
  readonly allowsBoundTokens: boolean;
  /** Admits tokens bound to customers: the endpoint shows no data of other customers. */
  readonly allowsCustomerTokens: boolean;
  /** Admits callers of other organizations than the one in the path: the endpoint decides. */
  readonly allowsOtherOrganizations: boolean;
  /** Admits operators of every organization. */
  readonly allowsOperators: boolean;
  /** The error for a path of another organization: the same as for a path that does not exist. */
  readonly missing: (request: Request) => ReportError;
  /**
   * Reads the resource in the path. Starts before authentication is complete, so that all reads of
   * a request share one round trip to the database. Its result and its errors reach only callers
   * with access.
   */
  readonly read: (request: Request) => Promise<unknown>;
  /**
   * Headers of every response, errors included, to callers with access to the path. Starts together
   * with `read`.
   */
  readonly prepareHeaders?: (request: Request) => Promise<HeaderValues>;
  /** Descriptions of the headers that `prepareHeaders` returns, by name. */
  readonly preparedHeaders?: Readonly<Record<string, string>>;
  readonly handle: (call: GuardedCall) => Promise<void>;
}

type Definition<Full extends RouteBase, Call, Optional extends keyof Full> = Omit<
  Full,
  'handle' | 'scope' | 'parameters' | 'body' | Optional
> &
  Partial<Pick<Full, Optional>> & { readonly handle: (call: Call) => Promise<void> };

interface Inputs<Schemas, Body> {
  readonly parameters?: Schemas;
  readonly body?: JsonBody<Body> | StreamedBody;
}

/** Defines a route without authentication. */
export function openRoute<Schemas extends ParameterSchemas = NoParameters, Body = undefined>(
  definition: Definition<OpenRoute, OpenCall<ParameterValues<Schemas>, Body>, never> & Inputs<Schemas, Body>,
): OpenRoute {
  return {
    ...definition,
    scope: null,
    parameters: definition.parameters ?? {},
    body: definition.body ?? null,
    // The values are the output of these schemas.
    handle: (call) => definition.handle(call as OpenCall<ParameterValues<Schemas>, Body>),
  };
}

/** Defines a route for callers whose credentials have the scope, in their own organization. */
export function guardedRoute<
  Schemas extends ParameterSchemas = NoParameters,
  Body = undefined,
  Found = undefined,
>(
  definition: Definition<
    GuardedRoute,
    GuardedCall<ParameterValues<Schemas>, Body, Found>,
    | 'missing'
    | 'read'
    | 'allowsBoundTokens'
    | 'allowsCustomerTokens'
    | 'allowsOtherOrganizations'
    | 'allowsOperators'
  > &
    Inputs<Schemas, Body> & { readonly scope: Scope; readonly read?: (request: Request) => Promise<Found> },
): GuardedRoute {
  return {
    missing: scopeNotFound,
    allowsBoundTokens: false,
    allowsCustomerTokens: false,
    allowsOtherOrganizations: false,
    allowsOperators: false,
    read: () => Promise.resolve(undefined),
    ...definition,
    parameters: definition.parameters ?? {},
    body: definition.body ?? null,
    handle: (call) => definition.handle(call as GuardedCall<ParameterValues<Schemas>, Body, Found>),
  };
}

export function jsonBody<Body>(
  schema: z.ZodType<Body>,
  { maxBytes, example }: { maxBytes: number; example: unknown },
): JsonBody<Body> {
  return { kind: 'json', schema, maxBytes, example };
}

export function streamedBody(mediaType: string, line: z.ZodType): StreamedBody {
  return { kind: 'stream', mediaType, line };
}
