import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changeLimitsBody } from '@hourglass/contract';
import { sharedSystem, type TestSystem } from '@hourglass/testing';

describe('the served documentation', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await sharedSystem('api');
  });
  afterAll(() => system.stop());

  test('is an OpenAPI 3.1 document with resolvable references', async () => {
    const response = await fetch(`${system.url}/openapi.json`);
    expect(response.headers.get('content-type')).toContain('application/json');
    const text = await response.text();
    const document = JSON.parse(text) as { openapi: string; components: { schemas: object } };
    expect(document.openapi).toBe('3.1.0');
    const references = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, id]) => id);
    expect(references).toContain('Error');
    for (const id of references) expect(Object.keys(document.components.schemas)).toContain(id);
    expect(text).not.toContain('$defs');
  });

  test('shows example bodies that the endpoints accept', async () => {
    const { paths } = system.document;
    const exampleAt = (path: string, method: string) =>
      paths[path]?.[method]?.requestBody?.content['application/json']?.example;
    const place = '/v1/organizations/{organization}/environments/{environment}';
    expect(changeLimitsBody.safeParse(exampleAt(`${place}/limits`, 'patch')).success).toBe(true);
    const example = exampleAt(`${place}/queries`, 'post');
    const submitted = await system.client.request('/queries', {
      method: 'POST',
      body: JSON.stringify(example),
    });
    expect(submitted.status).toBe(201);
  });

  test('describes a line of facts as an object with the fields of its dataset', async () => {
    const response = await fetch(`${system.url}/openapi.json`);
    const { components } = (await response.json()) as {
      components: { schemas: Record<string, { properties: Record<string, { description: string }> }> };
    };
    const line = (id: string) => components.schemas[id]?.properties ?? {};
    expect(line('ApiLine')['response_status_code']?.description).toBe(
      'HTTP status that the client received.',
    );
    expect(line('ApiLine')['message_count']?.description).toContain('If omitted: 1.');
    expect(Object.keys(line('ApiLine'))).toContain('timestamp');
    expect(Object.keys(line('ApiLine'))).not.toContain('ax_hour_of_day');
    expect(Object.keys(line('OrdersGrantsLine'))).toEqual(['id', 'no', 'count', 'granted_at']);
  });

  test('is a page that loads nothing from other hosts', async () => {
    const page = await fetch(`${system.url}/docs`);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    const html = await page.text();
    const parts = [...html.matchAll(/(?:src|href)="(docs\/[^"]+)"/g)].map(([, part]) => part);
    expect(parts).toHaveLength(3);
    for (const part of parts) expect((await fetch(`${system.url}/${part}`)).status).toBe(200);
    expect(html).not.toMatch(/https?:/);
    for (const other of ['index.html', 'package.json', '..%2fpackage.json']) {
      expect([other, (await fetch(`${system.url}/docs/${other}`)).status]).toEqual([other, 404]);
    }
  });
});
