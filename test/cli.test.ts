import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  readArchive,
  sharedSystem,
  temporaryFolder,
  type TemporaryFolder,
  type TestSystem,
} from '@hourglass/testing';

describe('the command line', () => {
  let system: TestSystem;
  let folder: TemporaryFolder;
  const place = () => ['--org', system.organization, '--env', 'prod'];
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
  const calls = (day: string, extra: object = {}) => ({
    metrics: [{ name: 'message_count', alias: 'calls' }],
    dimensions: ['apiproxy'],
    timeRange: { start: `${day}T00:00:00Z`, end: `${day}T23:59:59.999Z` },
    ...extra,
  });

  test('turns a file into the rows of a report: import, submit, wait, download', async () => {
    const facts = await write(
      'facts.csv.gz',
      gzipSync(
        'timestamp,apiproxy,response_status_code\n2026-04-01T10:00:00Z,"a ""quoted"", one",200\n2026-04-01T11:00:00Z,b,\n',
      ),
    );
    const imported = await system.runCli('import', ...place(), '--format', 'csv', facts);
    expect(imported).toEqual({ code: 0, output: 'accepted 2 facts in 1 batch' });

    const query = await write('query.json', JSON.stringify(calls('2026-04-01')));
    const submitted = await system.runCli('submit', ...place(), '--json', query);
    const { id, state } = JSON.parse(submitted.output) as { id: string; state: string };
    expect([submitted.code, state]).toEqual([0, 'enqueued']);

    const waited = await system.runCli('wait', ...place(), id);
    // Not at a terminal: plain lines, the outcome in the last one, no control characters.
    expect(waited.output).toMatch(/^completed 100%$/m);
    expect(waited.code).toBe(0);
    for (const line of waited.output.split('\n').slice(0, -2)) {
      expect(line).toMatch(
        /^(enqueued|running) \d+%, [a-z]+, \d+ rows scanned(, position \d+, done in \d+ to \d+ s)?$/,
      );
    }
    expect(waited.output).toMatch(/^completed: 2 rows, \d+\.\d\d KB, \d+ sec$/m);
    expect(waited.output).not.toContain('\u001b');

    const file = path.join(folder.path, 'result.zip');
    expect((await system.runCli('download', ...place(), '--output', file, id)).code).toBe(0);
    const [part] = await readArchive(await readFile(file));
    const rows = '{"calls":"1","apiproxy":"a \\"quoted\\", one"}\n{"calls":"1","apiproxy":"b"}\n';
    expect(part?.text).toBe(rows);
    expect((await system.runCli('download', ...place(), '--rows', id)).output).toBe(rows.trimEnd());
  });

  test('names the line and the field of a bad row, stores nothing of its batch, and exits with 1', async () => {
    const facts = await write(
      'bad.ndjson',
      '{"timestamp":"2026-04-02T10:00:00Z","apiproxy":"x"}\n\n{"timestamp":"2026-04-02T10:00:00Z","response_size":"big"}\n',
    );
    const { code, output } = await system.runCli('import', ...place(), '--format', 'ndjson', facts);
    expect(code).toBe(1);
    expect(output).toContain('nothing was stored');
    expect(output).toMatch(/line 3, response_size: /);
    expect(await system.client.report(calls('2026-04-02'))).toBe('');
  });

  test('counts lines from the start of the file in every batch, and reports how many facts earlier batches stored', async () => {
    const good = '{"timestamp":"2026-04-03T10:00:00Z","apiproxy":"x"}\n';
    const facts = await write(
      'late.ndjson',
      `${good.repeat(5)}{"timestamp":"2026-04-03T10:00:00Z","nope":1}\n`,
    );
    const { code, output } = await system.runCli(
      'import',
      ...place(),
      '--format',
      'ndjson',
      '--batch-rows',
      '2',
      facts,
    );
    expect(code).toBe(1);
    expect(output).toContain('earlier batches stored 4 facts');
    expect(output).toMatch(/line 6, nope: /);
  });

  test('accepts a repeated import with a batch id once', async () => {
    const facts = await write(
      'again.ndjson',
      '{"timestamp":"2026-04-04T10:00:00Z","apiproxy":"x"}\n'.repeat(7),
    );
    const args = [
      'import',
      ...place(),
      '--format',
      'ndjson',
      '--batch-rows',
      '3',
      '--batch-id',
      'monday',
      facts,
    ];
    expect((await system.runCli(...args)).code).toBe(0);
    const again = await system.runCli(...args);
    expect(again.output).toContain('already imported, nothing stored: 7 facts in 3 batches');
    expect(again.code).toBe(0);
    expect(await system.client.report(calls('2026-04-04'))).toBe('{"calls":"7","apiproxy":"x"}\n');
  });

  test('skips bad rows with --on-error skip and names their lines', async () => {
    const log = await write(
      'access.log',
      '10.0.0.1 - - [05/Apr/2026:10:00:00 +0200] "GET /shop/cart?x=1 HTTP/1.1" 200 5 "-" "curl/8.0"\nnonsense\n',
    );
    const args = [...place(), '--format', 'combined', '--apiproxy-from-path', '1', log];
    expect((await system.runCli('import', ...args)).code).toBe(1);
    const skipped = await system.runCli('import', '--on-error', 'skip', ...args);
    expect(skipped.code).toBe(0);
    expect(skipped.output).toContain('line 2');
    const text = await system.client.report(
      calls('2026-04-05', {
        dimensions: ['apiproxy', 'request_path', 'ax_hour_of_day', 'ax_ua_agent_family'],
      }),
    );
    expect(JSON.parse(text)).toEqual({
      calls: '1',
      apiproxy: 'shop',
      request_path: '/shop/cart',
      ax_hour_of_day: '08',
      ax_ua_agent_family: expect.stringMatching(/curl/i) as unknown,
    });
  });

  test('exits with 2 for wrong usage and 1 for a failure, and prints JSON with --json', async () => {
    expect((await system.runCli('import', 'x')).code).toBe(2);
    expect((await system.runCli('fly')).code).toBe(2);
    const unknown = '00000000-0000-4000-8000-000000000000';
    const missing = await system.runCli('wait', ...place(), '--json', unknown);
    expect(missing.code).toBe(1);
    expect(JSON.parse(missing.output)).toMatchObject({ code: 'query.not_found', status: 404 });
    const refused = await system.runCli(
      'submit',
      ...place(),
      await write('bad.json', '{"timeRange":"never"}'),
    );
    expect(refused.code).toBe(1);
    expect(refused.output).toContain('timeRange');
  });
});
