import type { Request, RequestHandler, Response } from 'express';
import { isUuid, type SharedViewStore } from '@hourglass/reports';
import type { ConsoleEncoding, ConsoleFile, ConsoleFiles } from './read-console-files.ts';

/**
 * Scripts and styles come from files of this origin only, nothing is embedded, and no page shows the console in a
 * frame, except a shared view in those that it names. `data:` is for images in style sheets.
 */
function headersFor(frameOrigins: readonly string[]): Readonly<Record<string, string>> {
  const ancestors = frameOrigins.length === 0 ? "'none'" : frameOrigins.join(' ');
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    `frame-ancestors ${ancestors}`,
  ];
  return {
    'Content-Security-Policy': policy.join('; '),
    'Cross-Origin-Opener-Policy': 'same-origin',
    // It knows no origins; browsers that know the policy ignore it.
    ...(frameOrigins.length === 0 ? { 'X-Frame-Options': 'DENY' } : {}),
  };
}

export type FramedViews = Pick<SharedViewStore, 'frameOrigins'>;

/** Paths that are no pages of the console: a mistyped one is a JSON 404 also for browsers. */
const notPages = /^\/(v1|assets|docs)(\/|$)/;

/**
 * Serves the console to browsers: its files, and its page for every other path to which a browser navigates. Other
 * requests go on.
 */
export function serveConsole({ page, assets }: ConsoleFiles, sharedViews: FramedViews): RequestHandler {
  return async (request, response, next) => {
    const { method, path } = request;
    if (method !== 'GET' && method !== 'HEAD') return next();
    const asset = assets.get(path);
    if (asset !== undefined) return send(asset, 'public, max-age=31536000, immutable', request, response);
    if (path !== '/' && (notPages.test(path) || !isNavigation(request))) return next();
    const [, id = ''] = /^\/shared\/([^/]+)$/.exec(path) ?? [];
    response.set(headersFor(isUuid(id) ? await sharedViews.frameOrigins(id) : []));
    return send(page, 'no-cache', request, response);
  };
}

/** Scripts and programs accept any type, browsers that navigate name HTML. */
function isNavigation({ headers: { accept = '' } }: Request): boolean {
  return accept.toLowerCase().includes('text/html');
}

function send(file: ConsoleFile, cacheControl: string, request: Request, response: Response): void {
  response.set({ 'Cache-Control': cacheControl, ETag: file.etag, Vary: 'Accept, Accept-Encoding' });
  if (request.fresh) {
    response.status(304).end();
    return;
  }
  const accepted = request.acceptsEncodings(['br', 'gzip', 'identity']);
  const encoding: ConsoleEncoding | null = accepted === 'br' || accepted === 'gzip' ? accepted : null;
  if (encoding !== null) response.set('Content-Encoding', encoding);
  const bytes = encoding === null ? file.bytes : file.encoded[encoding];
  response.set({ 'Content-Type': file.type, 'Content-Length': String(bytes.length) });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}
