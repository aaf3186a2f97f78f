import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { errorBody, queryExplanation, queryList, type QueryExplanation } from '@hourglass/contract';
import { sharedSystem, temporaryFolder, type TemporaryFolder, type TestSystem } from '@hourglass/testing';
import { runCli } from './run-cli.ts';

const query = {
  metrics: [{ name: 'message_count', function: 'sum' }],
  groupByTimeUnit: 'hour',
  timeRange: { start: '2026-03-01T00:00:00Z', end: '2026-03-02T00:00:00Z' },
};

let system: TestSystem;
let folder: TemporaryFolder;
beforeAll(async () => {
  [system, folder] = await Promise.all([sharedSystem('worker'), temporaryFolder()]);
  const startMs = Date.parse('2026-03-01T12:00:00Z');
  await system.client.sendFacts(
    Array.from({ length: 300 }, (_, index) => ({ timestamp: startMs + index * 60_000, apiproxy: 'p' })),
  );
  await system.client.sendFacts([{ timestamp: '2026-04-01T00:00:00Z' }]);
});
afterAll(async () => {
  await system.stop();
  await folder.remove();
});

const post = (body: object, parameters = '?dryRun=true') =>
  system.client.request(`/queries${parameters}`, { method: 'POST', body: JSON.stringify(body) });

async function explained(response: Response): Promise<QueryExplanation> {
  expect(response.status).toBe(200);
  return queryExplanation.parse(await response.json());
}

test('a dry run predicts what the query reads, enqueues nothing and counts toward no limit', async () => {
  const first = await post(query);
  const remaining = first.headers.get('X-RateLimit-Remaining');
  const explanation = await explained(first);
  expect(explanation).toEqual({
    rowsScanned: 300,
    bytesScanned: expect.any(Number),
    segments: { scanned: 0, live: 0 },
    hotFacts: { rows: 300, exact: true },
    estimatedGroups: 24,
    estimatedSeconds: 0.3,
  });
  expect(explanation.bytesScanned).toBeGreaterThan(300);
  const second = await post(query);
  expect(second.headers.get('X-RateLimit-Remaining')).toBe(remaining);
  const { queries } = queryList.parse(await (await system.client.request('/queries')).json());
  expect(queries).toEqual([]);

  const id = await system.client.submit(query);
  expect(await system.client.ended(id)).toMatchObject({ state: 'completed', rowsScanned: 300 });
});

test('a dry run of an invalid query returns the faults of its submission', async () => {
  const wrong = { ...query, metrics: [{ name: 'mesage_count' }], dimensions: ['nothing'] };
  const [dry, submitted] = await Promise.all([post(wrong), post(wrong, '')]);
  expect([dry.status, submitted.status]).toEqual([400, 400]);
  const [dryBody, body] = [errorBody.parse(await dry.json()), errorBody.parse(await submitted.json())];
  expect(dryBody.error.details).toEqual(body.error.details);
  const unclear = await post(query, '?dryRun=yes');
  expect([unclear.status, errorBody.parse(await unclear.json()).message]).toEqual([
    400,
    expect.stringContaining('dryRun'),
  ]);
});

test('a dry run accepts a hostname as submissions do', async () => {
  const request = (url: string, method: string, body: object) =>
    fetch(`${system.url}/v1/organizations/${system.organization}${url}`, {
      method,
      headers: { Authorization: `Bearer ${system.token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  await request('/environments/prod/hostnames', 'PUT', { hostnames: ['api.example.com'] });
  const response = await request('/hostQueries?dryRun=true', 'POST', {
    ...query,
    envgroupHostname: 'api.example.com',
  });
  expect((await explained(response)).rowsScanned).toBe(300);
});

test('the command line prints a dry run as text and as JSON', async () => {
  const file = path.join(folder.path, 'query.json');
  await writeFile(file, JSON.stringify({ ...query, dimensions: ['apiproxy'], limit: 7 }));
  const place = ['--org', system.organization, '--env', 'prod', '--dry-run'];
  const [text, json] = await Promise.all([
    runCli(system, 'submit', ...place, file),
    runCli(system, 'submit', ...place, '--json', file),
  ]);
  expect([text.code, json.code]).toEqual([0, 0]);
  expect(text.output).toMatch(
    /^rows scanned: 300\nbytes scanned: \d+\nsegments: 0 of 0\nhot facts: 300\ngroups: unknown\nseconds: about 0\.3$/,
  );
  expect(queryExplanation.parse(JSON.parse(json.output))).toMatchObject({ estimatedGroups: null });
});
