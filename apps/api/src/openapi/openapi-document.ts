import type { z } from 'zod';
import { errorBody } from '@hourglass/contract';
import { SchemaCollection } from './schema-collection.ts';
import type { ResponseShape, Route } from '../http/route.ts';

/** The parts of an OpenAPI 3.1 document that this file writes. */
export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly [member: string]: unknown;
}

const pathParameters: Readonly<Record<string, string>> = {
  organization: 'Name of the organization.',
  environment: 'Name of the environment.',
  dataset: 'Name of the dataset.',
  dimensions: 'Names of dimensions, separated by commas.',
  email: 'E-mail address of the user; case-insensitive.',
  accessKeyId: 'Id of the access key.',
  tokenId: 'Id of the token, from the list.',
  customField: 'Name of the custom field.',
  dataCollector: 'Name of the data collector.',
  id: 'Id of the query.',
  report: 'Id of the saved report, the member `name` of its view.',
  file: 'Name of the file.',
};

/**
 * Describes every route from its validation schemas. Throws if two routes share an operation id.
 */
export function openApiDocument(routes: readonly Route[]): OpenApiDocument {
  const schemas = new SchemaCollection();
  const paths: Record<string, Record<string, unknown>> = {};
  const operationIds = new Set<string>();
  for (const route of routes) {
    const { id } = route.operation;
    if (operationIds.has(id)) throw new Error(`two operations have the id "${id}"`);
    operationIds.add(id);
    const path = (paths[templateOf(route.path)] ??= {});
    path[route.method] = describeOperation(route, schemas);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Hourglass',
      version: 'v1',
      description:
        'Asynchronous reports over large sets of facts, compatible with Apigee’s asynchronous custom reports.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map((route) => route.operation.tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: schemas.components,
      securitySchemes: {
        basic: { type: 'http', scheme: 'basic', description: 'E-mail address and password of a user.' },
        bearer: { type: 'http', scheme: 'bearer', description: 'A token.' },
        ...tokenHeaderSchemes(routes),
      },
    },
  };
}

/** `/queries/:id\\:cancel` becomes `/queries/{id}:cancel`. */
function templateOf(path: string): string {
  return path.replaceAll(/\\(.)|:(\w+)/g, (_, escaped: string | undefined, name: string) =>
    escaped === undefined ? `{${name}}` : escaped,
  );
}

function describeOperation(route: Route, schemas: SchemaCollection): object {
  const { operation, body, responses } = route;
  const headers = route.scope === null ? undefined : route.preparedHeaders;
  return {
    operationId: operation.id,
    tags: [operation.tag],
    summary: operation.summary,
    security: securityOf(route),
    parameters: [...inPath(route.path), ...inQuery(route, schemas), ...inHeader(route)],
    ...(body === null ? {} : { requestBody: describeBody(body, schemas) }),
    responses: {
      ...Object.fromEntries(
        Object.entries(responses).map(([status, shape]) => [
          status,
          {
            description: shape.description,
            ...(headers === undefined ? {} : { headers: describeHeaders(headers) }),
            ...contentOfResponse(shape, schemas),
          },
        ]),
      ),
      ...errorResponses(schemas, route.errorStyle?.schema ?? errorBody),
    },
  };
}

function securityOf(route: Route): object[] {
  if (route.scope === null) return [];
  const { scope, tokenHeader } = route;
  return tokenHeader === undefined ? [{ basic: [scope] }, { bearer: [scope] }] : [{ [tokenHeader]: [scope] }];
}

/** One scheme per `tokenHeader`, by the name of the header. */
function tokenHeaderSchemes(routes: readonly Route[]): Readonly<Record<string, object>> {
  const names = routes.flatMap((route) =>
    route.scope === null || route.tokenHeader === undefined ? [] : [route.tokenHeader],
  );
  return Object.fromEntries(
    names.map((name) => [name, { type: 'apiKey', in: 'header', name, description: 'A token.' }]),
  );
}

function inPath(path: string): object[] {
  return [...path.matchAll(/(?<!\\):(\w+)/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    ...(pathParameters[name] === undefined ? {} : { description: pathParameters[name] }),
    schema: { type: 'string' },
  }));
}

function inQuery({ parameters }: Route, schemas: SchemaCollection): object[] {
  return Object.entries(parameters).map(([name, schema]) => {
    const { description, ...described } = schemas.add(schema, 'input');
    return {
      name,
      in: 'query',
      required: !schema.safeParse(undefined).success,
      ...(description === undefined ? {} : { description }),
      schema: described,
    };
  });
}

function inHeader({ requestHeaders = {} }: Route): object[] {
  return Object.entries(requestHeaders).map(([name, description]) => ({
    name,
    in: 'header',
    required: false,
    description,
    schema: { type: 'string' },
  }));
}

function describeBody(body: NonNullable<Route['body']>, schemas: SchemaCollection): object {
  const required = body.kind !== 'json' || !body.schema.safeParse(undefined).success;
  return { required, content: contentOfBody(body, schemas) };
}

function contentOfBody(body: NonNullable<Route['body']>, schemas: SchemaCollection): object {
  switch (body.kind) {
    case 'json':
      return { 'application/json': { schema: schemas.add(body.schema, 'input'), example: body.example } };
    case 'stream':
      return { [body.mediaType]: { schema: schemas.add(body.line, 'input') } };
    default:
      return body satisfies never;
  }
}

function contentOfResponse({ json, mediaTypes = [] }: ResponseShape, schemas: SchemaCollection): object {
  const content = {
    ...(json === undefined ? {} : { 'application/json': { schema: schemas.add(json, 'output') } }),
    ...Object.fromEntries(mediaTypes.map((type) => [type, {}])),
  };
  return Object.keys(content).length === 0 ? {} : { content };
}

function describeHeaders(headers: Readonly<Record<string, string>>): object {
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  );
}

/** All errors of an operation share one body. `docs/reference/errors.md` and `errors-accounts.md` list the codes. */
function errorResponses(schemas: SchemaCollection, body: z.ZodType): object {
  const content = { 'application/json': { schema: schemas.add(body, 'output') } };
  return {
    '4XX': { description: 'The request is refused; the body explains what to change.', content },
    '5XX': { description: 'The service cannot handle the request now.', content },
  };
}
