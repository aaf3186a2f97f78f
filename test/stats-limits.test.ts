import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorBody } from '@hourglass/contract';
import { connectDatabase, eventually, sharedSystem, type TestSystem } from '@hourglass/testing';

const day = 'timeRange=01/05/2026 00:00~01/06/2026 00:00';
const at = (hour: number, minute = 0) => Date.UTC(2026, 0, 5, hour, minute);

describe('synchronous statistics', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await sharedSystem('api');
    await system.client.sendFacts([{ timestamp: at(10) }]);
  });
  afterAll(() => system.stop());

  const request = (target: string, init?: RequestInit) => system.client.request(encodeURI(target), init);

  test('are truncated after 14,400 rows, with a notice', async () => {
    const many = system.clientOf(system.organization, 'test');
    await many.sendFacts(
      Array.from({ length: 14_401 }, (_, index) => ({
        timestamp: at(8, index % 60),
        request_uri: `/${String(index).padStart(5, '0')}`,
      })),
    );
    const get = async (target: string) => {
      const response = await many.request(encodeURI(target));
      return (await response.json()) as {
        environments: { dimensions: { name: string }[] }[];
        metaData: { notices: string[] };
        Response: { resultTruncated: boolean; stats: { data: unknown[] } };
      };
    };
    const query = `select=tps&${day}`;
    for (const unit of ['', '&timeUnit=minute']) {
      const { environments, metaData } = await get(`/stats/uris?${query}${unit}`);
      const names = environments[0]?.dimensions.map(({ name }) => name);
      expect([names?.length, names?.[0], names?.at(-1)]).toEqual([14_400, '/00000', '/14399']);
      expect(metaData.notices).toEqual(['The response was truncated to 14400 rows of groups and buckets']);
      const { Response } = await get(`/optimizedStats/uris?${query}${unit}&limit=14399`);
      expect([Response.stats.data.length, Response.resultTruncated]).toEqual([14_399, false]);
    }
    const { Response } = await get(`/optimizedStats/uris?${query}`);
    expect([Response.stats.data.length, Response.resultTruncated]).toEqual([14_400, true]);
    expect((await get(`/stats/uris?${query}&offset=14400`)).environments[0]?.dimensions).toMatchObject([
      { name: '/14400' },
    ]);
    // Eleven buckets of 1,440 or more groups: the limit counts rows.
    const hours = await get(`/optimizedStats/uris?${query}&timeUnit=hour&_optimized=js`);
    expect(hours.Response.resultTruncated).toBe(true);
  });

  describe('that take too long', () => {
    const target = `/stats/apis?select=sum(message_count)&${day}`;
    const scratchFolders = () => readdir(path.join(system.dataDirectory, 'scratch', 'stats')).catch(() => []);

    /** Facts cannot be read while `work` runs. */
    async function withLockedFacts(work: () => Promise<void>): Promise<void> {
      const locker = await connectDatabase(system.databaseUrl);
      try {
        await locker.sql('begin');
        await locker.sql('lock table hot_api_facts in access exclusive mode');
        await work();
        await locker.sql('rollback');
      } finally {
        await locker.end();
      }
    }

    async function nothingIsLeft(): Promise<void> {
      await eventually('no COPY is left in the database', async () => {
        const database = await connectDatabase(system.databaseUrl);
        try {
          const copies = await database.sql(
            `select pid from pg_stat_activity where query ilike 'copy%' and state = 'active'
               and datname = current_database()`,
          );
          return copies.length === 0 ? true : null;
        } finally {
          await database.end();
        }
      });
      await eventually('the scratch is empty', async () =>
        (await scratchFolders()).length === 0 ? true : null,
      );
    }

    test('end after 10 seconds with advice, also those that waited for a permit, and leave nothing behind', async () => {
      await withLockedFacts(async () => {
        const startedAtMs = performance.now();
        const [first, second, waiting] = [request(target), request(target), request(target)];
        const poll = await request('/queries');
        expect(poll.status).toBe(200);
        expect(performance.now() - startedAtMs).toBeLessThan(5_000);
        for (const response of await Promise.all([first, second, waiting])) {
          expect(response.status).toBe(504);
          const body = errorBody.parse(await response.json());
          expect([body.code, body.error.status]).toEqual(['stats.deadline', 'DEADLINE_EXCEEDED']);
          expect(body.message).toContain('10 seconds');
          expect(body.message).toContain('POST …/queries');
        }
        expect(performance.now() - startedAtMs).toBeGreaterThan(9_500);
        expect(performance.now() - startedAtMs).toBeLessThan(12_000);
        await nothingIsLeft();
      });
      expect((await request(target)).status).toBe(200);
    });

    test('end when the client disconnects, and the next one gets its permit', async () => {
      await withLockedFacts(async () => {
        const gone = new AbortController();
        const requests = [1, 2, 3].map(() => request(target, { signal: gone.signal }).catch(() => null));
        await eventually('two are running', async () =>
          (await scratchFolders()).length === 2 ? true : null,
        );
        gone.abort();
        await Promise.all(requests);
        const goneAtMs = performance.now();
        await nothingIsLeft();
        // Earlier than the deadline.
        expect(performance.now() - goneAtMs).toBeLessThan(6_000);
      });
      expect((await request(target)).status).toBe(200);
    });
  });
});
