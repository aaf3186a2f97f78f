import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  eventually,
  startClickHouseCluster,
  temporaryFolder,
  type ClickHouseCluster,
  type TemporaryFolder,
} from '@hourglass/testing';
import { checkCluster } from '../src/check-cluster.ts';
import { toTaskError } from '../src/cluster-error.ts';
import { openCluster, type Cluster, type ClusterNode } from '../src/cluster.ts';
import { runStatement, type StatementLimits } from '../src/run-statement.ts';
import { killStatement } from '../src/statement-progress.ts';

const limits: StatementLimits = { memoryMb: 512, timeoutMs: 60_000 };
/** Nothing listens at this address. */
const store = {
  endpoint: 'http://127.0.0.1:9',
  bucket: 'facts',
  accessKeyId: 'key-of-the-store',
  secretAccessKey: 'secret-of-the-store',
};
/** Reads numbers until it is stopped. */
const endless = { sql: 'select toString(sum(sipHash64(number))) as line from numbers(1e15)', parameters: [] };

/** Taken at once, so that it is handled when it is thrown. */
const faultOf = (error: unknown) => error;

describe('a statement on a node of ClickHouse', () => {
  let folder: TemporaryFolder;
  let started: ClickHouseCluster;
  let cluster: Cluster;
  let node: ClusterNode;
  beforeAll(async () => {
    [folder, started] = await Promise.all([temporaryFolder(), startClickHouseCluster(1, store)]);
    cluster = openCluster(started.options);
    node = cluster.nodes[0] as ClusterNode;
  }, 600_000);
  afterAll(async () => {
    await cluster.close();
    await started.stop();
    await folder.remove();
  });

  const run = (
    sql: string,
    queryId: string,
    {
      signal = new AbortController().signal,
      ...more
    }: { signal?: AbortSignal; limits?: StatementLimits } = {},
  ) =>
    runStatement(
      node,
      { sql, parameters: [] },
      { limits, ...more, format: 'lines', signal, queryId, file: path.join(folder.path, queryId) },
    );
  const running = (queryId: string) =>
    started.nodes[0]?.run(`select count() from system.processes where query_id = '${queryId}'`);

  test('writes rows with line ends, parameters of any text, and counts the rows', async () => {
    const file = path.join(folder.path, 'lines');
    const hostile = `a'\\\t\n\0"$1{p2}é😀`;
    const statement = {
      sql: 'select concat({p1:String}, toString(number + {p2:Int64})) as line from numbers(3)',
      parameters: [hostile, 9_007_199_254_740_000],
    };
    const signal = new AbortController().signal;
    expect(
      await runStatement(node, statement, { limits, format: 'lines', signal, queryId: 'lines', file }),
    ).toEqual({
      path: file,
      rows: 3,
    });
    const expected = ['0', '1', '2'].map((digit) => `${hostile}900719925474000${digit}\n`).join('');
    expect(await readFile(file, 'utf8')).toBe(expected);
  });

  test('that fails after many rows leaves no file and no short result', async () => {
    const failing = `select toString(throwIf(number = 3000000, 'here')) as line from numbers(5000000)`;
    await expect(run(failing, 'failing')).rejects.toMatchObject({ code: '395' });
    expect(await readdir(folder.path)).not.toContain('failing');
  });

  test('ends on its node when its caller stops', async () => {
    const stopping = new AbortController();
    const stopped = run(endless.sql, 'aborted', { signal: stopping.signal }).catch(faultOf);
    await eventually('it runs', async () => ((await running('aborted')) === '1\n' ? true : null));
    stopping.abort(new Error('cancelled'));
    expect(await stopped).toMatchObject({ message: expect.stringContaining('abort') as string });
    await eventually('it has ended', async () => ((await running('aborted')) === '0\n' ? true : null));
  });

  test('can be killed by its user', async () => {
    const killed = run(endless.sql, 'killed').catch(faultOf);
    await eventually('it runs', async () => ((await running('killed')) === '1\n' ? true : null));
    await killStatement(node, 'killed');
    expect(await killed).toMatchObject({ code: '394' });
  });

  test('ends by its own limits of time and memory', async () => {
    await expect(run(endless.sql, 'slow', { limits: { ...limits, timeoutMs: 1000 } })).rejects.toMatchObject({
      code: '159',
    });
    const large = 'select toString(length(groupArray(number))) as line from numbers(1e9)';
    const error: unknown = await run(large, 'large').catch((reason: unknown) => reason);
    expect(toTaskError(error, new AbortController().signal, limits)).toMatchObject({
      failure: 'clusterMemory',
    });
  });

  test('is not asked of a cluster with another name, collection or password', async () => {
    const signal = new AbortController().signal;
    expect(await checkCluster(cluster, signal)).toMatchObject({ name: 'ClickHouse' });
    const wrong = [{ name: 'other' }, { collection: 'other' }, { password: 'wrong' }];
    for (const difference of wrong) {
      const other = openCluster({ ...started.options, ...difference });
      const fault: unknown = await checkCluster(other, signal).catch((error: unknown) => error);
      await other.close();
      expect(fault).toMatchObject({ service: 'cluster' });
      expect(String((fault as Error).cause)).toMatch(/other|[Aa]uthentication/);
    }
  });

  test('of a worker reads the named collection and nothing else', async () => {
    const refused = [
      `select toString(a) as line from url('${store.endpoint}', 'CSV', 'a Int32')`,
      `select a as line from file('/etc/passwd', 'CSV', 'a String')`,
      'select collection as line from system.named_collections',
      'select name as line from system.users',
    ];
    for (const sql of refused)
      await expect(run(sql, `refused-${refused.indexOf(sql)}`)).rejects.toMatchObject({ code: '497' });
  });

  test('that cannot reach the store fails without the keys of the store in its message', async () => {
    const reading = `select a as line from s3(hourglass_store, filename = 'segments/1/a.parquet', format = 'Parquet', structure = 'a String')`;
    const error: unknown = await run(reading, 'reading', { limits: { ...limits, timeoutMs: 2000 } }).catch(
      (reason: unknown) => reason,
    );
    expect(String(error)).not.toMatch(/key-of-the-store|secret-of-the-store/);
    expect(error).toBeInstanceOf(Error);
  });
});
