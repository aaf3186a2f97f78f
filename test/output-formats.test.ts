import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorBody, queryStatus, resultView } from '@hourglass/contract';
import {
  archiveMembers,
  connectDatabase,
  eventually,
  isServiceMissing,
  runCliAtTerminal,
  sharedSystem,
  temporaryFolder,
  terminalProblem,
  type TemporaryFolder,
  type TestSystem,
} from '@hourglass/testing';

const noTerminal = isServiceMissing({
  service: 'a terminal',
  problem: terminalProblem(),
  environment: process.env,
});
const timeRange = { start: '2026-03-01T00:00:00Z', end: '2026-03-02T00:00:00Z' };
const query = {
  metrics: [
    { name: 'message_count', function: 'sum', alias: '=calls', operator: '-', value: '3' },
    { name: 'total_response_time', function: 'avg', alias: 'avg', operator: '/', value: '8' },
  ],
  dimensions: ['apiproxy', 'response_status_code'],
  timeRange,
};
const proxies = ['-', '=1+1', 'a,b', 'é', "it's"];

describe('a report', () => {
  let system: TestSystem;
  let folder: TemporaryFolder;
  let json: readonly object[];

  beforeAll(async () => {
    [system, folder] = await Promise.all([sharedSystem('worker'), temporaryFolder()]);
    const body = JSON.stringify({ hostnames: ['formats.example.com'] });
    expect((await system.client.request('/hostnames', { method: 'PUT', body })).status).toBe(200);
    await system.client.sendFacts(
      proxies.map((apiproxy, index) => ({
        timestamp: timeRange.start,
        apiproxy,
        ...(index === 0 ? {} : { response_status_code: 200 + index, total_response_time: index }),
      })),
    );
    const text = await system.client.report(query);
    json = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(json).toHaveLength(proxies.length);
  });
  afterAll(async () => {
    await system.stop();
    await folder.remove();
  });

  /** Runs the query for a hostname. Returns its archive and the rows of its view. */
  async function run(changes: object): Promise<{ archive: Buffer; view: readonly object[] }> {
    const request = (below: string, init: RequestInit = {}) =>
      fetch(`${system.url}/v1${below}`, {
        ...init,
        headers: { Authorization: `Bearer ${system.token}`, 'Content-Type': 'application/json' },
      });
    const submitted = await request(`/organizations/${system.organization}/hostQueries`, {
      method: 'POST',
      body: JSON.stringify({ ...query, ...changes, envgroupHostname: 'formats.example.com' }),
    });
    const { self } = queryStatus.parse(await submitted.json());
    await eventually('the query completes', async () => {
      const status = queryStatus.parse(await (await request(self)).json());
      expect(status.state).not.toBe('failed');
      return status.state === 'completed' ? status : null;
    });
    const view = resultView.parse(await (await request(`${self}/resultView`)).json());
    const archive = Buffer.from(await (await request(`${self}/result`)).arrayBuffer());
    const file = path.join(folder.path, 'result.zip');
    await writeFile(file, archive);
    expect(await system.runCli('verify', file)).toMatchObject({ code: 0 });
    return { archive, view: view.rows };
  }

  test.each([
    [{}, '=calls,avg,apiproxy,response_status_code\n-2,,-,(not set)\n', '-2,0.125,=1+1,201\n'],
    [{ csvHeader: false }, '-2,,-,(not set)\n', '-2,0.125,=1+1,201\n'],
    [
      { csvBom: true, csvSafe: true },
      "\u{feff}'=calls,avg,apiproxy,response_status_code\n-2,,'-,(not set)\n",
      "-2,0.125,'=1+1,201\n",
    ],
    [
      { csvBom: true, csvHeader: false, csvDelimiter: '|' },
      '\u{feff}-2||-|(not set)\n',
      '-2|0.125|=1+1|201\n',
    ],
  ])(
    'in CSV with %j begins as documented, and its view has the rows of JSON',
    async (options, start, second) => {
      const { archive, view } = await run({ outputFormat: 'csv', ...options });
      const [part, manifest] = await archiveMembers(archive);
      const text = gunzipSync(part?.bytes ?? '').toString();
      expect(text.slice(0, start.length + second.length)).toBe(`${start}${second}`);
      expect(view).toEqual(json);
      const { query: plan } = JSON.parse(String(manifest?.bytes)) as { query: { output: object } };
      expect(plan.output).toEqual({
        format: 'csv',
        delimiter: 'csvDelimiter' in options ? '|' : ',',
        ...('csvBom' in options && { bom: true }),
        ...('csvHeader' in options && { header: false }),
        ...('csvSafe' in options && { safe: true }),
      });
    },
  );

  test('in Parquet is verified, and its view has the rows of JSON', async () => {
    const names = {
      ...query,
      metrics: [{ ...query.metrics[0], alias: `x'; drop "t".c0 --` }, query.metrics[1]],
    };
    const { archive, view } = await run({ ...names, outputFormat: 'parquet', groupByTimeUnit: 'hour' });
    const rows = (await system.client.report({ ...names, groupByTimeUnit: 'hour' })).trimEnd().split('\n');
    expect(view).toEqual(rows.map((line) => JSON.parse(line) as object));
    const [part, manifest] = await archiveMembers(archive);
    expect(part?.name).toMatch(/^QueryResult-[0-9a-f-]{36}-0{12}\.parquet$/);
    expect(JSON.parse(String(manifest?.bytes))).toMatchObject({ query: { output: { format: 'parquet' } } });
  });

  test('in xlsx is one workbook, which is verified, and its view has the rows of JSON', async () => {
    const { archive, view } = await run({ outputFormat: 'xlsx' });
    expect(view).toEqual(json);
    const [part, manifest, ...others] = await archiveMembers(archive);
    expect(others).toEqual([]);
    expect(part?.name).toMatch(/^QueryResult-[0-9a-f-]{36}-0{12}\.xlsx$/);
    expect(JSON.parse(String(manifest?.bytes))).toMatchObject({ query: { output: { format: 'xlsx' } } });
    const workbook = await archiveMembers(part?.bytes ?? Buffer.alloc(0));
    expect(workbook.map(({ name }) => name)).toContain('[Content_Types].xml');
    expect(String(workbook.find(({ name }) => name === 'xl/worksheets/sheet1.xml')?.bytes)).toContain(
      '<row r="3"><c r="A3"><v>-2</v></c><c r="B3"><v>0.125</v></c>' +
        '<c r="C3" t="inlineStr"><is><t>=1+1</t></is></c><c r="D3"><v>201</v></c></row>',
    );
  });

  test('in xlsx that would have more rows than a sheet is refused at submission and by the dry run', async () => {
    const day = { start: '2026-05-01T00:00:00Z', end: '2026-06-01T00:00:00Z' };
    const wide = { metrics: [{ name: 'message_count' }], groupByTimeUnit: 'second', timeRange: day };
    const post = async (body: object, parameters = '') => {
      const response = await system.client.request(`/queries${parameters}`, {
        method: 'POST',
        body: JSON.stringify(body),
      });
      return { status: response.status, text: await response.text() };
    };
    const database = await connectDatabase(system.databaseUrl);
    const segment = [
      '00000000-0000-4000-8000-00000000f0f0',
      system.organization,
      2_000_000,
      '2026-05-01T00:00:00Z',
      '2026-05-31T23:59:59Z',
    ];
    await database.sql(
      `insert into segments (id, environment_id, dataset, state, object_key, bytes, sha256, facts, first_at, last_at, columns)
       select $1, e.id, 'api', 'live', 'none', 1, '', $3, $4, $5, '[]'
       from environments e join organizations o on o.id = e.organization_id
       where o.name = $2 and e.name = 'prod'`,
      segment,
    );
    try {
      const xlsx = { ...wide, outputFormat: 'xlsx' };
      for (const parameters of ['', '?dryRun=true']) {
        const refused = await post(xlsx, parameters);
        expect(refused.status).toBe(400);
        expect(errorBody.parse(JSON.parse(refused.text)).faults).toEqual([
          {
            field: 'outputFormat',
            message:
              'xlsx would have about 2000000 rows; expected at most 1048575: add a limit, or request csv or parquet',
          },
        ]);
      }
      const rare = { ...xlsx, having: '(sum_message_count gt 1)' };
      for (const accepted of [
        { ...xlsx, limit: 1_048_575 },
        wide,
        { ...xlsx, groupByTimeUnit: 'minute' },
        rare,
      ])
        expect(await post(accepted, '?dryRun=true')).toMatchObject({ status: 200 });
    } finally {
      await database.sql('delete from segments where id = $1', segment.slice(0, 1));
      await database.end();
    }
  });

  test.each(['parquet', 'xlsx'])(
    'in %s is downloaded as one file by the command line',
    async (outputFormat) => {
      const id = await system.client.submit({ ...query, outputFormat });
      expect(await system.client.ended(id)).toMatchObject({ state: 'completed', resultRows: proxies.length });
      const file = path.join(folder.path, `downloaded.${outputFormat}`);
      const place = ['--org', system.organization, '--env', 'prod'];
      expect(await system.runCli('download', ...place, '--rows', '--output', file, id)).toMatchObject({
        code: 0,
      });
      const [part] = await archiveMembers(await system.client.archive(id));
      expect((await readFile(file)).equals(part?.bytes ?? Buffer.alloc(0))).toBe(true);
    },
  );

  test.skipIf(noTerminal)('in xlsx is not written to a terminal', async () => {
    const id = await system.client.submit({ ...query, outputFormat: 'xlsx' });
    await system.client.ended(id);
    const command = ['download', '--org', system.organization, '--env', 'prod', '--rows', id];
    const { code, shown } = await runCliAtTerminal(system, command, []);
    expect([code, shown]).toEqual([
      1,
      expect.stringContaining('the result is no text and standard output is a terminal'),
    ]);
  });
});
