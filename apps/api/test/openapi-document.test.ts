import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { guardedRoute, jsonBody, openRoute } from '../src/http/route.ts';
import { openApiDocument } from '../src/openapi/openapi-document.ts';

const thing = z.strictObject({ name: z.string() }).meta({ id: 'Thing' });
const nothing = async () => {};
const listThings = guardedRoute({
  method: 'get',
  path: '/v1/organizations/:organization/things',
  scope: 'read',
  operation: { id: 'listThings', tag: 'Things', summary: 'All things' },
  parameters: {
    size: z.string().regex(/^\d+$/).transform(Number).default(5).describe('How many.'),
    kind: z.enum(['a', 'b']).describe('Which.'),
  },
  responses: { 200: { description: 'Things.', json: z.array(thing) } },
  handle: nothing,
});
const endThing = guardedRoute({
  method: 'post',
  path: '/v1/organizations/:organization/things/:id\\:end',
  scope: 'admin',
  operation: { id: 'endThing', tag: 'Things', summary: 'Ends it' },
  body: jsonBody(thing, { maxBytes: 10, example: { name: 'x' } }),
  responses: { 204: { description: 'Ended.' } },
  handle: nothing,
});

describe('the OpenAPI document', () => {
  test('describes a route from its validation schemas', () => {
    const { paths } = openApiDocument([listThings, endThing]);
    expect(paths['/v1/organizations/{organization}/things']?.['get']).toMatchObject({
      operationId: 'listThings',
      tags: ['Things'],
      summary: 'All things',
      security: [{ basic: ['read'] }, { bearer: ['read'] }],
      parameters: [
        { name: 'organization', in: 'path', required: true },
        { name: 'size', in: 'query', required: false, description: 'How many.', schema: { type: 'string' } },
        { name: 'kind', in: 'query', required: true, schema: { type: 'string', enum: ['a', 'b'] } },
      ],
      responses: {
        200: {
          content: {
            'application/json': { schema: { type: 'array', items: { $ref: '#/components/schemas/Thing' } } },
          },
        },
        '4XX': { content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } },
      },
    });
    expect(paths['/v1/organizations/{organization}/things/{id}:end']?.['post']).toMatchObject({
      parameters: [{ name: 'organization' }, { name: 'id' }],
      requestBody: {
        content: {
          'application/json': { schema: { $ref: '#/components/schemas/Thing' }, example: { name: 'x' } },
        },
      },
      responses: { 204: { description: 'Ended.' } },
    });
  });

  test('rejects a repeated operation id, and two different schemas with one id', () => {
    expect(() => openApiDocument([listThings, listThings])).toThrow('listThings');
    const other = z.strictObject({ title: z.string() });
    z.globalRegistry.add(other, { id: 'OtherThing' });
    const clash = openRoute({
      method: 'get',
      path: '/clash',
      operation: { id: 'clash', tag: 'Things', summary: 'Clashes' },
      responses: { 200: { description: 'In and out differ.', json: z.strictObject({ at: defaulted }) } },
      handle: nothing,
    });
    const sent = openRoute({
      ...clash,
      path: '/sent',
      operation: { ...clash.operation, id: 'sent' },
      body: jsonBody(z.strictObject({ at: defaulted }), { maxBytes: 10, example: {} }),
    });
    expect(() => openApiDocument([clash, sent])).toThrow('"Defaulted"');
  });
});

/** Optional in requests, present in responses, so that its two schemas differ. */
const defaulted = z.strictObject({ size: z.number().default(1) }).meta({ id: 'Defaulted' });
