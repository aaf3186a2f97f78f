import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  repositoryRoot,
  sharedSystem,
  temporaryFolder,
  type TemporaryFolder,
  type TestSystem,
} from '@hourglass/testing';
import { runCli } from './run-cli.ts';

describe('a repeated import', () => {
  let system: TestSystem;
  let folder: TemporaryFolder;
  beforeAll(async () => {
    [system, folder] = await Promise.all([sharedSystem('worker'), temporaryFolder()]);
  });
  afterAll(async () => {
    await system.stop();
    await folder.remove();
  });

  const write = async (name: string, content: string | Buffer) => {
    const file = path.join(folder.path, name);
    await writeFile(file, content);
    return file;
  };
  const options = (...more: string[]) => [
    'import',
    ...['--org', system.organization, '--env', 'prod', '--json', '--batch-rows', '3', '--format', 'ndjson'],
    ...more,
  ];
  /** The counts that `--json` prints in the last line. */
  const importFrom = async (...args: string[]) => {
    const { code, output } = await runCli(system, ...options(...args));
    return { code, output, ...(JSON.parse(output.split('\n').at(-1) ?? '') as object) };
  };
  const row = (apiproxy: string, second: number) =>
    `${JSON.stringify({ timestamp: `2026-04-04T10:00:0${second}Z`, apiproxy })}\n`;
  const rows = (apiproxy: string, seconds: readonly number[]) =>
    seconds.map((second) => row(apiproxy, second)).join('');
  const stored = async (apiproxy: string) => {
    const report = await system.client.report({
      metrics: [{ name: 'message_count', alias: 'calls' }],
      timeRange: { start: '2026-04-04T00:00:00Z', end: '2026-04-05T00:00:00Z' },
      filter: `(apiproxy eq '${apiproxy}')`,
    });
    return report === '' ? 0 : Number((JSON.parse(report) as { calls: string }).calls);
  };
  const countedFacts = async () => {
    const metrics = await (await fetch(`${system.url}/metrics`)).text();
    return Number(/hourglass_facts_accepted_total\{dataset="api"\} (\d+)/.exec(metrics)?.[1] ?? 0);
  };

  test('of the same content stores nothing and counts nothing, whatever the name, packing or source of the file', async () => {
    const content = rows('same', [1, 2, 3, 4, 5, 6, 7]);
    const first = await importFrom(await write('a.ndjson', content));
    expect(first).toMatchObject({ code: 0, accepted: 7, batches: 3, repeatedFacts: 0, repeatedBatches: 0 });
    const counted = await countedFacts();
    const repeated = { code: 0, accepted: 0, batches: 0, repeatedFacts: 7, repeatedBatches: 3 };
    const again = await importFrom(await write('b.ndjson.gz', gzipSync(content)));
    expect(again).toMatchObject(repeated);
    expect(again.output).toMatch(/b\.ndjson\.gz: lines 4 to 6: already imported, nothing stored/);
    const child = spawn(
      process.execPath,
      [path.join(repositoryRoot, 'apps/cli/bin/hourglass.js'), ...options('-')],
      {
        env: { ...process.env, HOURGLASS_URL: system.url, HOURGLASS_TOKEN: system.token },
      },
    );
    child.stdin.end(content);
    const [output] = await Promise.all([text(child.stdout), once(child, 'close')]);
    const { code: _, ...counts } = repeated;
    expect(JSON.parse(output)).toMatchObject(counts);
    expect([await stored('same'), await countedFacts()]).toEqual([7, counted]);
  });

  test('continues where the first one stopped', async () => {
    const broken = await importFrom(
      await write('half.ndjson', `${rows('half', [1, 2, 3, 4])}{"timestamp":"never"}\n${row('half', 6)}`),
    );
    expect(broken).toMatchObject({ code: 1, accepted: 3 });
    const mended = await importFrom(await write('half.ndjson', rows('half', [1, 2, 3, 4, 5, 6])));
    expect(mended).toMatchObject({ code: 0, accepted: 3, batches: 1, repeatedFacts: 3, repeatedBatches: 1 });
    expect(await stored('half')).toBe(6);
  });

  test('stores equal batches of one file, other options and other content, and with --again everything once more', async () => {
    const file = await write('equal.ndjson', row('equal', 1).repeat(6));
    expect(await importFrom(file)).toMatchObject({ accepted: 6, batches: 2 });
    expect(await importFrom('--again', file)).toMatchObject({ accepted: 6, batches: 2, repeatedBatches: 0 });
    expect(await stored('equal')).toBe(12);
    const log = await write(
      'equal.log',
      '10.0.0.1 - - [04/Apr/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "curl/8.0"\n',
    );
    for (const proxy of ['log-a', 'log-b']) {
      const imported = await importFrom('--format', 'combined', '--apiproxy', proxy, log);
      expect(imported).toMatchObject({ code: 0, accepted: 1 });
    }
    expect(await importFrom('--format', 'combined', '--apiproxy', 'log-a', log)).toMatchObject({
      accepted: 0,
      repeatedFacts: 1,
    });
  });
});
