import { randomUUID } from 'node:crypto';
import express, {
  type Express,
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import type { ApiMetrics, Logger } from '@hourglass/platform';
import { ReportError, type Principal } from '@hourglass/reports';
import type { ConsoleFiles } from './console/read-console-files.ts';
import { serveConsole, type FramedViews } from './console/serve-console.ts';
import { auditRequest } from './http/audit.ts';
import { authenticate, type Credentials } from './http/authenticate.ts';
import { commonHeaders } from './http/common-headers.ts';
import { refuseCrossSite, refuseForeignCookie } from './http/cross-site.ts';
import { discardBody } from './http/discard-body.ts';
import { publicError, sendError, statusOf } from './http/error-response.ts';
import { jsonBodyReader } from './http/json-body.ts';
import { longForm } from './http/long-form.ts';
import type { NoteUse } from './http/note-use.ts';
import { readParameters } from './http/read-parameters.ts';
import { noteCredentials, noteRefusal, type Refusals } from './http/refusals.ts';
import type { RequestRates } from './http/request-rates.ts';
import { secondsSince } from './http/seconds-since.ts';
import { setHeaders } from './http/send-json.ts';
import { readSentCredentials } from './http/sent-credentials.ts';
import type { SessionCookies } from './http/session-cookie.ts';
import type { ErrorStyle, GuardedRoute, HeaderValues, OpenRoute, Route } from './http/route.ts';

export interface AppParts {
  readonly routes: readonly Route[];
  readonly credentials: Credentials;
  readonly cookies: Pick<SessionCookies, 'read'>;
  /** Null: this API serves no console. */
  readonly console: ConsoleFiles | null;
  readonly sharedViews: FramedViews;
  readonly rates: RequestRates;
  /** URL at which clients reach this API; null: it has none. */
  readonly publicUrl: string | null;
  /** Whether clients reach this process over TLS, without a proxy. */
  readonly speaksTls: boolean;
  readonly isTrustedProxy: (address: string) => boolean;
  readonly metrics: ApiMetrics;
  readonly log: Logger;
  readonly noteUse: NoteUse;
  readonly refusals: Pick<Refusals, 'note'>;
}

/** Enough for the largest body on a slow line. */
const jsonBodyTimeoutMs = 30_000;

/**
 * Builds the Express app: for each route authentication, validation of parameters and body,
 * endpoint, errors.
 */
export function createApp(parts: AppParts): Express {
  const { routes, rates } = parts;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', parts.isTrustedProxy);
  app.use(beginRequest(commonHeaders(parts)));
  for (const [path, routesOfPath] of byPath(routes)) {
    const atPath = app.route(path);
    const errorStyle = routesOfPath.find((route) => route.errorStyle !== undefined)?.errorStyle;
    if (errorStyle !== undefined) atPath.all(useErrorStyle(errorStyle));
    for (const route of routesOfPath) {
      const handler = route.scope === null ? openHandler(route, parts) : guardedHandler(route, parts);
      atPath[route.method](observe(route, parts), handler);
    }
    // Before the next path, whose pattern may match the same URLs.
    const methods = routesOfPath.flatMap(methodsOf);
    const before = routesOfPath.find((route) => route.beforeOtherMethods !== undefined)?.beforeOtherMethods;
    atPath.all(async (request, response) => {
      rates.countAddress(request);
      await before?.(request);
      response.set('Allow', methods.join(', '));
      throw new ReportError('request.method', { method: request.method, expected: methods.join(' or ') });
    });
  }
  app.use((request, _response, next) => {
    rates.countAddress(request);
    next();
  });
  if (parts.console !== null) app.use(serveConsole(parts.console, parts.sharedViews));
  app.use(() => {
    throw new ReportError('request.no_route');
  });
  app.use(errorHandler(parts));
  return app;
}

function openHandler(route: OpenRoute, { rates, publicUrl }: AppParts): RequestHandler {
  const readBody = bodyReader(route);
  return async (request, response) => {
    rates.countAddress(request);
    refuseCrossSite(request, route, publicUrl);
    assertNames(request);
    const parameters = route.readsOwnQuery === true ? {} : readParameters(request, route);
    return route.handle({ request, response, parameters, body: await readBody(request, response) });
  };
}

function guardedHandler(
  route: GuardedRoute,
  { credentials, cookies, rates, publicUrl, noteUse, log }: AppParts,
): RequestHandler {
  const readBody = bodyReader(route);
  return async (request, response) => {
    // All this before anything is looked up for a caller that may be a stranger.
    rates.countAddress(request);
    const sent = readSentCredentials(request, route, cookies);
    noteCredentials(response, sent);
    rates.countCredentials(sent);
    refuseCrossSite(request, route, publicUrl);
    if (sent.kind === 'token' && sent.isCookie) refuseForeignCookie(request, route, publicUrl);
    assertNames(request);
    const reauthenticate = () => authenticate({ request, response, sent }, route, credentials);
    const [authenticated, headers, found] = await Promise.allSettled([
      reauthenticate(),
      route.prepareHeaders?.(request),
      route.read(request),
    ]);
    const principal = valueOf(authenticated);
    noteUse(principal);
    assertPlace(request, response, { route, principal });
    setHeaders(response, valueOf(headers) ?? {});
    const parameters = route.readsOwnQuery === true ? {} : readParameters(request, route);
    const body = await readBody(request, response);
    const audited = auditRequest(request, response, principal);
    const call = { request, response, principal, reauthenticate, parameters, body };
    await route.handle({ ...call, audit: audited.describe, found: valueOf(found) });
    audited.log(log);
  };
}

/**
 * Refuses callers of other organizations, and tokens elsewhere than where they are bound. Both are in
 * the audit log, although the response may be that of a path that does not exist.
 * @throws ReportError as `assertOwnOrganization` and `assertTokenBinding`
 */
function assertPlace(
  request: Request,
  response: Response,
  { route, principal }: { readonly route: GuardedRoute; readonly principal: Principal },
): void {
  try {
    assertOwnOrganization(request, route, principal);
    assertTokenBinding(request, route, principal);
  } catch (error) {
    noteRefusal(response);
    throw error;
  }
}

/** @throws ReportError of `route.missing` */
function assertOwnOrganization(request: Request, route: GuardedRoute, principal: Principal): void {
  const { organization } = request.params;
  if (organization === undefined || organization === principal.organization) return;
  if (route.allowsOperators && principal.role === 'operator') return;
  if (!route.allowsOtherOrganizations) throw route.missing(request);
}

/**
 * Restricts a token to the environment and to the customers to which it is bound.
 * @throws ReportError `auth.environment`, `auth.customers`, or for another environment
 * `route.missing`
 */
function assertTokenBinding(
  request: Request,
  route: GuardedRoute,
  { environment: own, customers }: Principal,
): void {
  if (own !== null && !route.allowsBoundTokens) {
    const { environment } = request.params;
    if (environment === undefined) throw new ReportError('auth.environment', { environment: own });
    if (environment !== own) throw route.missing(request);
  }
  if (customers.length > 0 && !route.allowsCustomerTokens) throw new ReportError('auth.customers');
}

function bodyReader({ body }: Route): (request: Request, response: Response) => Promise<unknown> {
  return body?.kind === 'json' ? jsonBodyReader(body, jsonBodyTimeoutMs) : () => Promise.resolve(undefined);
}

/** @throws the reason of a rejected promise */
function valueOf<Value>(settled: PromiseSettledResult<Value>): Value {
  if (settled.status === 'fulfilled') return settled.value;
  throw settled.reason;
}

/** More than any name has: those of environments have 63 characters, ids of customers 256. */
const maxNameLength = 512;

/**
 * Refuses names in the path that no resource has. PostgreSQL strings cannot contain a NUL.
 * @throws ReportError `request.path`
 */
function assertNames({ params }: Request): void {
  for (const name of Object.values(params).map(String)) {
    if (name.includes('\0')) throw malformedPath('it contains a NUL character');
    if (name.length > maxNameLength)
      throw malformedPath(`a name has ${name.length} characters; expected at most ${maxNameLength}`);
  }
}

function malformedPath(reason: string): ReportError {
  return new ReportError('request.path', { reason });
}

function beginRequest(headers: HeaderValues): RequestHandler {
  return (request, response, next) => {
    response.locals['startedAtMs'] = performance.now();
    response.locals['requestId'] = randomUUID();
    response.setHeader('X-Request-Id', String(response.locals['requestId']));
    setHeaders(response, headers);
    request.url = longForm(request.url);
    next();
  };
}

function observe(route: Route, { metrics, log }: Pick<AppParts, 'metrics' | 'log'>): RequestHandler {
  // Backslashes escape colons that do not begin a parameter.
  const label = route.path.replaceAll('\\', '');
  return (request, response, next) => {
    response.once('close', () => {
      const { method } = request;
      const observed = { method, route: label, status: response.statusCode, seconds: secondsSince(response) };
      metrics.observeRequest(observed);
      if (route.logsRequests === true)
        log.info({ requestId: response.locals['requestId'], ...observed }, 'request');
    });
    next();
  };
}

function useErrorStyle(style: ErrorStyle): RequestHandler {
  return (_request, response, next) => {
    response.locals['errorStyle'] = style;
    next();
  };
}

function errorHandler({ refusals, log }: Pick<AppParts, 'refusals' | 'log'>) {
  // Express recognizes an error handler by its four parameters.
  return (error: unknown, request: Request, response: Response, _next: NextFunction): void => {
    const requestId = String(response.locals['requestId']);
    const reported = publicError(error, requestId);
    const fields = { requestId, method: request.method, path: request.path, code: reported.code };
    if (response.destroyed) log.debug({ ...fields, err: error }, 'the client went away');
    else if (statusOf(reported) >= 500) log.error({ ...fields, err: error }, 'request failed');
    else log.debug(fields, 'request refused');
    refusals.note(request, response, reported);
    if (response.headersSent) {
      // Breaks the connection, so that the client does not take a partial body for a complete one.
      response.destroy();
      return;
    }
    discardBody(request, response);
    const style = response.locals['errorStyle'] as ErrorStyle | undefined;
    if (style === undefined) sendError(response, reported);
    else style.write(response, reported);
  };
}

function byPath(routes: readonly Route[]): Map<string, Route[]> {
  const paths = new Map<string, Route[]>();
  for (const route of routes) paths.set(route.path, [...(paths.get(route.path) ?? []), route]);
  return paths;
}

function methodsOf({ method }: Route): string[] {
  return method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()];
}
