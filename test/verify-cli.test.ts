import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  archiveMembers,
  sharedSystem,
  temporaryFolder,
  type TemporaryFolder,
  type TestSystem,
} from '@hourglass/testing';

let system: TestSystem;
let folder: TemporaryFolder;
beforeAll(async () => {
  [system, folder] = await Promise.all([sharedSystem('worker'), temporaryFolder()]);
});
afterAll(async () => {
  await system.stop();
  await folder.remove();
});

const place = () => ['--org', system.organization, '--env', 'prod'];

test("a result is verified with the API's key, online and offline, and a changed one is not", async () => {
  const file = (name: string) => path.join(folder.path, name);
  await writeFile(file('facts.ndjson'), '{"timestamp":"2026-04-01T10:00:00Z","apiproxy":"a"}\n');
  await system.runCli('import', ...place(), '--format', 'ndjson', file('facts.ndjson'));
  const query = {
    metrics: [{ name: 'message_count', alias: 'calls' }],
    dimensions: ['apiproxy'],
    timeRange: { start: '2026-04-01T00:00:00Z', end: '2026-04-02T00:00:00Z' },
  };
  await writeFile(file('query.json'), JSON.stringify(query));
  const submitted = await system.runCli('submit', ...place(), '--json', file('query.json'));
  const { id } = JSON.parse(submitted.output) as { id: string };
  await system.runCli('wait', ...place(), id);
  const zip = file('result.zip');
  await system.runCli('download', ...place(), '--output', zip, id);

  const online = await system.runCli('verify', zip);
  expect(online).toMatchObject({
    code: 0,
    output: expect.stringContaining(`query ${id}, 1 row in 1 part`) as unknown,
  });

  const { publicKey, keyId } = (await (await fetch(`${system.url}/v1/manifest-key`)).json()) as Record<
    string,
    string
  >;
  await writeFile(file('key.pem'), publicKey ?? '');
  const offline = await system.runCli('verify', '--json', '--key', file('key.pem'), zip);
  expect(JSON.parse(offline.output)).toEqual({
    file: zip,
    queryId: id,
    attempt: 1,
    rows: 1,
    parts: 1,
    keyId,
  });

  const archive = await readFile(zip);
  expect(await manifestOf(archive)).toMatchObject({
    organization: system.organization,
    environment: 'prod',
    queryId: id,
    snapshot: { watermark: expect.stringMatching(/^[1-9]\d*$/) as unknown },
    query: { dataset: 'api' },
    hourglassVersion: '0.1.0',
    engine: { name: 'DuckDB', version: expect.stringMatching(/^v\d+\.\d+\.\d+/) as unknown },
  });

  archive[100] = (archive[100] ?? 0) ^ 1;
  await writeFile(zip, archive);
  const changed = await system.runCli('verify', '--key', file('key.pem'), zip);
  expect(changed.code).toBe(1);
  expect(changed.output).toContain('not verified: QueryResult-');
});

async function manifestOf(archive: Buffer): Promise<unknown> {
  const last = (await archiveMembers(archive)).at(-1);
  expect(last?.name).toBe('manifest.json');
  return JSON.parse(String(last?.bytes));
}
