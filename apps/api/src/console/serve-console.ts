import type { Request, RequestHandler, Response } from 'express';
import type { ConsoleEncoding, ConsoleFile, ConsoleFiles } from './read-console-files.ts';

/**
 * Scripts and styles come from files of this origin only, nothing is embedded, and no page shows the console in a
 * frame. `data:` is for images in style sheets.
 */
const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');
/** Paths that are no pages of the console: a mistyped one is a JSON 404 also for browsers. */
const notPages = /^\/(v1|assets|docs)(\/|$)/;

/**
 * Serves the console to browsers: its files, and its page for every other path to which a browser navigates. Other
 * requests go on.
 */
export function serveConsole({ page, assets }: ConsoleFiles): RequestHandler {
  return (request, response, next) => {
    const { method, path } = request;
    if (method !== 'GET' && method !== 'HEAD') return next();
    const asset = assets.get(path);
    if (asset !== undefined) return send(asset, 'public, max-age=31536000, immutable', request, response);
    if (path !== '/' && (notPages.test(path) || !isNavigation(request))) return next();
    response.set({
      'Content-Security-Policy': contentPolicy,
      'Cross-Origin-Opener-Policy': 'same-origin',
      'X-Frame-Options': 'DENY',
    });
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
