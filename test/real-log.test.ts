import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { repositoryRoot, sharedSystem, type TestSystem } from '@hourglass/testing';
import { runCli } from './run-cli.ts';

// A real log of 10,000 requests, which is not part of the repository. A warning says when it is missing.
const log = path.join(repositoryRoot, '../shared/data/apache_combined_2015.log.gz');
const present = existsSync(log);
if (!present) console.warn(`SKIPPED: the real access log is not at ../shared/data/${path.basename(log)}`);

describe.skipIf(!present)('a report over a real access log', () => {
  let system: TestSystem;
  const may = { start: '2015-05-01T00:00:00Z', end: '2015-06-01T00:00:00Z' };
  const place = () => ['--org', system.organization, '--env', 'prod'];

  beforeAll(async () => {
    system = await sharedSystem('worker');
    const imported = await runCli(
      system,
      'import',
      ...place(),
      ...['--dataset', 'api', '--format', 'combined', '--apiproxy', 'site', '--json', log],
    );
    expect(imported.output).toContain('"accepted":10000');
    expect(imported.code).toBe(0);
  });
  afterAll(() => system.stop());

  // Shell tools compute the expected totals from the log: a line "count value" for each group.
  const totals = [
    ['status', 'response_status_code', `awk -F'"' '{split($3, a, " "); print a[1]}'`],
    ['verb', 'request_verb', `awk -F'"' '{split($2, a, " "); print a[1]}'`],
    ['path', 'request_path', `awk -F'"' '{split($2, a, " "); sub(/\\?.*/, "", a[2]); print a[2]}'`],
    ['client', 'client_ip', `awk '{print $1}'`],
  ] as const;

  test.each(totals)('has the same totals by %s as shell tools', async (_, dimension, extract) => {
    const expected = await shellTotals(extract);
    expect(await reportTotals({ dimensions: [dimension] }, dimension)).toEqual(expected);
  });

  test('has the same totals by hour as shell tools', async () => {
    const expected = await shellTotals(
      `sed -E 's/^[^[]*\\[([0-9]+)\\/May\\/2015:([0-9]+):.*\\+0000\\].*/2015-05-\\1 \\2:00:00 UTC/'`,
    );
    expect(await reportTotals({ groupByTimeUnit: 'hour' }, 'hour')).toEqual(expected);
  });

  test('has the same number of bytes as shell tools', async () => {
    const { stdout } = await shell(
      `awk -F'"' '{split($3, a, " "); if (a[2] != "-") s += a[2]} END {printf "%.0f", s}'`,
    );
    const text = await system.client.report({
      metrics: [{ name: 'response_size', function: 'sum', alias: 'bytes' }],
      timeRange: may,
    });
    expect(text).toBe(`{"bytes":"${stdout}"}\n`);
  });

  async function reportTotals(grouping: object, column: string): Promise<Map<string, number>> {
    const text = await system.client.report({
      metrics: [{ name: 'message_count', function: 'sum', alias: 'calls' }],
      timeRange: may,
      ...grouping,
    });
    const rows = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string>);
    return new Map(rows.map((row) => [row[column] ?? '', Number(row['calls'])]));
  }

  async function shellTotals(extract: string): Promise<Map<string, number>> {
    const { stdout } = await shell(`${extract} | LC_ALL=C sort | uniq -c`);
    const lines = stdout.trimEnd().split('\n');
    return new Map(
      lines.map((line) => {
        const [, count = '', value = ''] = /^ *(\d+) (.*)$/.exec(line) ?? [];
        return [value, Number(count)];
      }),
    );
  }

  function shell(pipe: string): Promise<{ stdout: string }> {
    return promisify(execFile)('sh', ['-c', `gzip -dc "$0" | ${pipe}`, log], { maxBuffer: 1 << 26 });
  }
});
