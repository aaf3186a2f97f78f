import { createRequire } from 'node:module';
import path from 'node:path';
import { ReportError } from '@hourglass/reports';
import { z } from 'zod';
import { openRoute, type OpenRoute, type Route } from '../http/route.ts';
import { openApiDocument } from '../openapi/openapi-document.ts';

const tag = 'Service';

/** The files of Swagger UI that the page needs, with their types. */
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

/** Everything on the page comes from here; Swagger UI writes styles into its elements and pictures into its CSS. */
const contentPolicy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

/** `GET /openapi.json`, and `GET /docs`, where a person reads and tries it. `routes` are all others. */
export function documentationRoutes(routes: readonly Route[]): readonly OpenRoute[] {
  const own: OpenRoute[] = [
    openRoute({
      method: 'get',
      path: '/openapi.json',
      operation: { id: 'openApi', tag, summary: 'This document' },
      responses: {
        200: { description: 'OpenAPI 3.1.', json: z.looseObject({ openapi: z.literal('3.1.0') }) },
      },
      handle: async ({ response }) => void response.type('json').send(document),
    }),
    openRoute({
      method: 'get',
      path: '/docs',
      operation: { id: 'docs', tag, summary: 'This document as a page' },
      responses: { 200: { description: 'The page.', mediaTypes: ['text/html'] } },
      handle: async ({ response }) =>
        void response.set('Content-Security-Policy', contentPolicy).type('html').send(page),
    }),
    openRoute({
      method: 'get',
      path: '/docs/:file',
      operation: { id: 'docsFile', tag, summary: 'A part of the page' },
      responses: { 200: { description: 'The file.', mediaTypes: ['text/css', 'text/javascript'] } },
      async handle({ request, response }) {
        const name = String(request.params['file']);
        if (name === 'page.js') return void response.type('text/javascript').send(pageScript);
        const type = pageFiles.get(name);
        if (type === undefined) throw new ReportError('request.no_route');
        response.set({ 'Content-Type': type, 'Cache-Control': 'public, max-age=3600' });
        await new Promise<void>((resolve, reject) => {
          response.sendFile(path.join(swaggerUiFolder(), name), (error?: Error) =>
            error === undefined ? resolve() : reject(error),
          );
        });
      },
    }),
  ];
  const document = JSON.stringify(openApiDocument([...routes, ...own]));
  return own;
}

function swaggerUiFolder(): string {
  return path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
}
