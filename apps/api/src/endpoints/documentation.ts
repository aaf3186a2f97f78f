import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ReportError } from '@hourglass/reports';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { preconditionFailed } from '../http/preconditions.ts';
import { openRoute, type OpenRoute, type Route } from '../http/route.ts';
import { openApiDocument } from '../openapi/openapi-document.ts';

const tag = 'Service';

/** Media types of the Swagger UI files that the page loads. */
const pageFiles: ReadonlyMap<string, string> = new Map([
  ['swagger-ui.css', 'text/css; charset=utf-8'],
  ['swagger-ui-bundle.js', 'text/javascript; charset=utf-8'],
]);

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Hourglass API</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="docs/swagger-ui.css">
  </head>
  <body>
    <div id="page"></div>
    <script src="docs/swagger-ui-bundle.js"></script>
    <script src="docs/page.js"></script>
  </body>
</html>
`;

const pageScript = `SwaggerUIBundle({ url: 'openapi.json', dom_id: '#page', deepLinking: true, validatorUrl: null });
`;

/** Everything loads from this origin. Swagger UI uses inline styles, and images embedded in CSS. */
const contentPolicy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/**
 * `GET /openapi.json`, and `GET /docs`, which shows it in Swagger UI. `routes` are all other
 * routes.
 */
export function documentationRoutes(routes: readonly Route[]): readonly OpenRoute[] {
  // Made for the first request: that takes a fifth of the processor time of a start.
  let document: string | null = null;
  const own: OpenRoute[] = [
    openRoute({
      method: 'get',
      path: '/openapi.json',
      operation: { id: 'openApi', tag, summary: 'Get this document' },
      responses: {
        200: {
          description: 'The OpenAPI 3.1 document.',
          json: z.looseObject({ openapi: z.literal('3.1.0') }),
        },
      },
      handle: async ({ response }) => {
        document ??= JSON.stringify(openApiDocument([...routes, ...own]));
        response.type('json').send(document);
      },
    }),
    openRoute({
      method: 'get',
      path: '/docs',
      operation: { id: 'docs', tag, summary: 'Get this document as a page' },
      responses: { 200: { description: 'The page.', mediaTypes: ['text/html'] } },
      handle: async ({ response }) =>
        void response.set('Content-Security-Policy', contentPolicy).type('html').send(page),
    }),
    openRoute({
      method: 'get',
      path: '/docs/page.js',
      operation: { id: 'docsScript', tag, summary: 'Get the script of the page' },
      responses: { 200: { description: 'The script.', mediaTypes: ['text/javascript'] } },
      handle: async ({ response }) => void response.type('text/javascript').send(pageScript),
    }),
    pageFileRoute(),
  ];
  return own;
}

function pageFileRoute(): OpenRoute {
  return openRoute({
    method: 'get',
    path: '/docs/:file',
    operation: { id: 'docsFile', tag, summary: 'Get a style sheet or script of the page' },
    responses: { 200: { description: 'The file.', mediaTypes: ['text/css', 'text/javascript'] } },
    async handle({ request, response }) {
      const name = String(request.params['file']);
      const type = pageFiles.get(name);
      if (type === undefined) throw new ReportError('request.no_route');
      await new Promise<void>((resolve, reject) => {
        // Without ranges: a page loads its files whole.
        response.sendFile(
          path.join(swaggerUiFolder(), name),
          {
            acceptRanges: false,
            cacheControl: false,
            headers: { 'Content-Type': type, 'Cache-Control': 'public, max-age=3600' },
          },
          (error?: Error) => {
            if (error === undefined) resolve();
            else reject(sendFileError(error, request, response));
          },
        );
      });
    },
  });
}

/** Express reports a failed precondition with a status. These files have no ETag. */
function sendFileError(error: Error, { headers }: Request, response: Response): Error {
  // Set for the file, before its precondition was checked.
  for (const name of ['Content-Type', 'Last-Modified']) response.removeHeader(name);
  response.set('Cache-Control', 'no-store');
  if (!('status' in error) || error.status !== 412) return error;
  const { 'if-match': ifMatch, 'if-unmodified-since': unmodifiedSince } = headers;
  return ifMatch === undefined
    ? preconditionFailed('If-Unmodified-Since', unmodifiedSince, 'the time of Last-Modified or a later one')
    : preconditionFailed('If-Match', ifMatch, '*');
}

function swaggerUiFolder(): string {
  return path.dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/package.json')));
}
