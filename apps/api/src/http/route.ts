import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Principal, ReportError, Scope } from '@hourglass/reports';
import { scopeNotFound } from './find-tenant.ts';

/** One endpoint. The same definition routes, checks and documents it. */
export type Route = OpenRoute | GuardedRoute;

/** How the endpoint appears in the OpenAPI document. */
interface Operation {
  /** Unique; what generated clients call the method. */
  readonly id: string;
  readonly tag: string;
  readonly summary: string;
}

/** Query parameters by name: schemas that take the text, or undefined where there is none. */
export type ParameterSchemas = Readonly<Record<string, z.ZodType>>;
type NoParameters = Readonly<Record<string, never>>;
type ParameterValues<Schemas extends ParameterSchemas> = {
  readonly [Name in keyof Schemas]: z.output<Schemas[Name]>;
};

export interface JsonBody<Body = unknown> {
  readonly kind: 'json';
  readonly schema: z.ZodType<Body>;
  readonly maxBytes: number;
  /** Shown in the document; a test holds it against the schema. */
  readonly example: unknown;
}

/** A body that the endpoint reads from the request's stream itself. */
export interface StreamedBody {
  readonly kind: 'stream';
  readonly mediaTypes: readonly string[];
}

export interface ResponseShape {
  readonly description: string;
  /** A JSON body. Neither this nor `mediaTypes`: no body. */
  readonly json?: z.ZodType;
  /** A body of another kind. */
  readonly mediaTypes?: readonly string[];
}

interface RouteBase {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Express path pattern; also the label of its metrics. */
  readonly path: string;
  readonly operation: Operation;
  /** Others are refused, so that a misspelled parameter is never silently ignored. */
  readonly parameters: ParameterSchemas;
  /** For forms of parameters that the schemas only describe: the endpoint reads and checks the query string itself. */
  readonly readsOwnQuery?: boolean;
  readonly body: JsonBody | StreamedBody | null;
  /** The successful ones; every error has the one error body, or that of `errorStyle`. */
  readonly responses: Readonly<Record<number, ResponseShape>>;
  /** Whether each request is a line of the log, found by its id, for a contract whose answers show that id. */
  readonly logsRequests?: boolean;
  /** How errors look at this path, for a contract with a style of its own. */
  readonly errorStyle?: ErrorStyle;
  /** What comes before another method is refused at this path: it throws for who may not know that. */
  readonly beforeOtherMethods?: (request: Request) => Promise<unknown>;
}

export interface ErrorStyle {
  readonly schema: z.ZodType;
  /** Writes status and body. */
  readonly write: (response: Response, error: ReportError) => void;
}

/** What every endpoint is given. Parameters and body have passed their schemas. */
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
  /** What `read` answered. */
  readonly found: Found;
}

export type HeaderValues = Readonly<Record<string, string>>;

export interface OpenRoute extends RouteBase {
  readonly scope: null;
  readonly handle: (call: OpenCall) => Promise<void>;
}

export interface GuardedRoute extends RouteBase {
  readonly scope: Scope;
  /** The header that brings the token, for a contract that has one of its own in the place of `Authorization`. */
  readonly tokenHeader?: string;
  /** Also tokens of one environment may call it, although the path names none: it answers for theirs. */
  readonly allowsBoundTokens: boolean;
  /** Also tokens of some customers may call it: it shows them nothing of others. */
  readonly allowsCustomerTokens: boolean;
  /** What a path of another organization answers, which is what a path to nothing answers. */
  readonly missing: (request: Request) => ReportError;
  /**
   * Reads what the path names. It begins before the caller is known, so that all that a request reads comes with one
   * round trip to the database; what it answers or throws is told to no caller who may not know.
   */
  readonly read: (request: Request) => Promise<unknown>;
  /** Headers that every answer has, errors too, if the caller may see the path. Begins together with `read`. */
  readonly prepareHeaders?: (request: Request) => Promise<HeaderValues>;
  /** What `prepareHeaders` answers, by name. */
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

/** Without a credential. */
export function openRoute<Schemas extends ParameterSchemas = NoParameters, Body = undefined>(
  definition: Definition<OpenRoute, OpenCall<ParameterValues<Schemas>, Body>, never> & Inputs<Schemas, Body>,
): OpenRoute {
  return {
    ...definition,
    scope: null,
    parameters: definition.parameters ?? {},
    body: definition.body ?? null,
    // The values are what these very schemas have made.
    handle: (call) => definition.handle(call as OpenCall<ParameterValues<Schemas>, Body>),
  };
}

/** For callers whose credentials have the scope, in their own organization. */
export function guardedRoute<
  Schemas extends ParameterSchemas = NoParameters,
  Body = undefined,
  Found = undefined,
>(
  definition: Definition<
    GuardedRoute,
    GuardedCall<ParameterValues<Schemas>, Body, Found>,
    'missing' | 'read' | 'allowsBoundTokens' | 'allowsCustomerTokens'
  > &
    Inputs<Schemas, Body> & { readonly scope: Scope; readonly read?: (request: Request) => Promise<Found> },
): GuardedRoute {
  return {
    missing: scopeNotFound,
    allowsBoundTokens: false,
    allowsCustomerTokens: false,
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

export function streamedBody(...mediaTypes: readonly string[]): StreamedBody {
  return { kind: 'stream', mediaTypes };
}
