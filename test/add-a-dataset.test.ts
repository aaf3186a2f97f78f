import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate, openDatabase, type Database } from '@hourglass/database';
import { createDuckDbEngine } from '@hourglass/engine-duckdb';
import { acceptBatch } from '@hourglass/facts';
import {
  bindPlan,
  catalogue as shipped,
  checkCatalogue,
  factsTarget,
  planQuery,
  type Dataset,
  type QueryRequest,
} from '@hourglass/query';
import {
  connectDatabase,
  createTestAdmin,
  createTestDatabase,
  migrationsFolder,
  repositoryRoot,
  temporaryFolder,
  type TemporaryFolder,
  type TestDatabase,
  unlimitedBatchSpace,
  testAudit as audit,
} from '@hourglass/testing';

const catalogueFolder = path.join(repositoryRoot, 'packages/query/src/catalogue');
const signal = new AbortController().signal;

let page: string;
let folder: TemporaryFolder;
let created: TestDatabase;
let database: Database;
beforeAll(async () => {
  page = await readFile(path.join(repositoryRoot, 'docs/how-to/add-a-dataset.md'), 'utf8');
  [folder, created] = await Promise.all([temporaryFolder(), createTestDatabase()]);
});
afterAll(async () => {
  await database?.close();
  await created.drop();
  await folder.remove();
});

/** Returns the page's only code block in this language. */
function block(language: string): string {
  const [first, ...more] = [...page.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))];
  if (first?.[1] === undefined || more.length > 0)
    throw new Error(`expected exactly one ${language} block on the page`);
  return first[1];
}

/** Imports the page's code as if it were in the folder that the page names. */
async function datasetOfThePage(): Promise<Dataset> {
  const file = path.join(folder.path, 'deployments-dataset.ts');
  await writeFile(file, block('ts').replaceAll("'../", `'${catalogueFolder}/`));
  const { deploymentsDataset } = (await import(pathToFileURL(file).href)) as { deploymentsDataset: Dataset };
  return deploymentsDataset;
}

test('a dataset written as the page says is imported, stored and reported without any other code', async () => {
  const dataset = await datasetOfThePage();
  const catalogue = new Map([...shipped, [dataset.name, dataset]]);
  checkCatalogue(catalogue);

  const log: string[] = [];
  const migrated = () =>
    migrate({ url: created.url, folder: migrationsFolder, log: (line) => log.push(line), catalogue });
  await migrated();
  await migrated();
  expect(log).toEqual([
    'created table hot_deployment_facts',
    'changed grants and policies of 2 tables, views and sequences',
  ]);

  database = openDatabase({ as: 'owner', url: created.url, poolSize: 4, catalogue });
  const client = await connectDatabase(created.url);
  const admin = createTestAdmin(client);
  await admin.createOrganization('acme');
  const tenant = await admin.createEnvironment({ organization: 'acme', name: 'prod' });
  await client.end();
  const nowMs = Date.parse('2026-11-20T00:00:00Z');
  const answer = await acceptBatch(
    (async function* body() {
      yield Buffer.from(block('ndjson'));
    })(),
    {
      identity: { environmentId: tenant.environmentId, target: factsTarget(dataset), id: randomUUID() },
      store: database.facts(audit),
      ...unlimitedBatchSpace(folder.path),
      onError: 'refuse',
      times: { earliestMs: 0, latestMs: nowMs },
      signal,
    },
  );
  expect(answer).toMatchObject({ kind: 'accepted', accepted: 3 });

  const { dataset: name, ...request } = JSON.parse(block('json')) as QueryRequest & { dataset: string };
  const planned = planQuery(request, { catalogue, dataset: name, tenant, customFields: [], nowMs });
  if (!planned.ok) throw new Error(JSON.stringify(planned.faults));
  const boundPlan = bindPlan(planned.plan, catalogue);
  const facts = await database.factSource.snapshot(boundPlan, {
    directory: folder.path,
    signal,
    timeoutMs: 60_000,
  });
  const engine = createDuckDbEngine({
    directory: folder.path,
    memoryMb: 256,
    threads: 1,
    maxConcurrentRuns: 1,
  });
  const rows: unknown[] = [];
  for await (const { rowCount, columns } of engine.run({
    ...boundPlan,
    facts: { ...facts, segments: [] },
    directory: folder.path,
    signal,
  })) {
    for (let row = 0; row < rowCount; row += 1) rows.push(columns.map((cells) => cells[row]));
  }
  // Counted by hand from the page's facts.
  expect(rows).toEqual([
    ['1', 15, 'mail'],
    ['2', 60, 'shop'],
  ]);
});

test('a metric added to a dataset later becomes a column of its table', async () => {
  const dataset = await datasetOfThePage();
  const [first, ...others] = dataset.metrics;
  if (first === undefined) throw new Error('the dataset has no metric');
  const grown = { ...dataset, metrics: [first, ...others, { ...first, name: 'restarts' }] };
  const log: string[] = [];
  for (const version of [dataset, grown, grown]) {
    await migrate({
      url: created.url,
      folder: migrationsFolder,
      log: (line) => log.push(line),
      catalogue: new Map([...shipped, [version.name, version]]),
    });
  }
  expect(log.at(-1)).toBe('added column restarts to table hot_deployment_facts');
  expect(log.filter((line) => line.startsWith('added'))).toHaveLength(1);
});
