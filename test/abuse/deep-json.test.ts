import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createdAccessKey } from '@hourglass/contract';
import { sharedSystem, signRequest, suiteSize, targetOf, type TestSystem } from '@hourglass/testing';
import { printFigure } from './print-figure.ts';
import { exchange } from './raw-connection.ts';

const levels = suiteSize({ short: 20_000, full: 100_000 });
const arrays = '['.repeat(levels) + ']'.repeat(levels);
const objects = '{"a":'.repeat(levels) + '1' + '}'.repeat(levels);

describe(`JSON nested ${levels} deep`, () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await sharedSystem('api');
  });
  afterAll(() => system.stop());

  test('is a 400 as a body of every operation, and as facts', async () => {
    const statuses: unknown[] = [];
    for (const [template, operations] of Object.entries(system.document.paths)) {
      for (const [method, { requestBody }] of Object.entries(operations)) {
        // `fetch` sends no body with a GET.
        if (requestBody === undefined || method === 'get') continue;
        const path = template
          .replace('{organization}', system.organization)
          .replace('{environment}', 'prod')
          .replace('{dataset}', 'api')
          .replaceAll(/\{\w+\}/g, 'x');
        for (const json of [arrays, objects, `{"apiproxy":${arrays}}`, `{"unknown":${objects}}`]) {
          const response = await fetch(`${system.url}${path}`, {
            method: method.toUpperCase(),
            headers: { Authorization: `Bearer ${system.token}`, 'Content-Type': 'application/json' },
            body: json,
          });
          // A body above the limit of its path is refused for its size.
          if (response.status !== 400 && response.status !== 413)
            statuses.push({ method, template, status: response.status });
        }
      }
    }
    printFigure(`JSON of ${levels} levels`, { found: `${statuses.length} not refused`, bound: '0' });
    expect(statuses).toEqual([]);
  });

  test('is a 400 in a URL', async () => {
    const created = await system.client.request('/accessKeys', { method: 'POST', body: '{}' });
    const key = createdAccessKey.parse(await created.json());
    const wheres = btoa(`[{"k":"no","o":"eq","v":${'['.repeat(50_000)}${']'.repeat(50_000)}}]`);
    const target = targetOf(signRequest(key, { parameters: [['wheres', wheres]] }));
    const answer = await exchange(system.url, `GET ${target} HTTP/1.1\r\nHost: api\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 .*"request\.invalid"/s);
  });
});
