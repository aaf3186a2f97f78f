import { connectDatabase } from '@hourglass/testing';

const dayMs = 86_400_000;
const startMs = Date.UTC(2026, 2, 1);
export const timeRange = { start: '2026-03-01T00:00:00Z', end: '2026-03-02T00:00:00Z' };

/** A row for each fact, in slices. */
export const slow = {
  metrics: [{ name: 'message_count', function: 'sum' }],
  dimensions: ['gateway_flow_id', 'request_uri', 'apiproxy'],
  groupByTimeUnit: 'minute',
  timeRange,
  reuse: false,
};
export const small = { metrics: [{ name: 'message_count', function: 'sum' }], timeRange };
export const statistics = encodeURI(
  '/stats/uris?select=sum(message_count)&timeRange=03/01/2026 00:00~03/02/2026 00:00',
);
export const transaction = { timestamp: startMs, id: 't1', currency: 'USD', rate: 1 };

/** Facts of the whole day, as lines of NDJSON. */
export function factLines(count: number): readonly string[] {
  return Array.from(
    { length: count },
    (_, index) =>
      `{"timestamp":${startMs + Math.floor((index * dayMs) / count)},"apiproxy":"p${index % 7}","gateway_flow_id":"flow-${index}","request_uri":"/${index % 5_000}"}`,
  );
}

/** Facts of the first second. */
export function fewFacts(count: number): readonly object[] {
  return Array.from({ length: count }, (_, index) => ({
    timestamp: startMs + index,
    request_uri: `/${index}`,
  }));
}

/** A hot fact before the range: without hot facts a report reads no hot table, and no lock holds it. */
export const earlierFact = { timestamp: startMs - dayMs };

export interface FactsLock {
  /** The number of transactions that wait for the facts. */
  waiting(): Promise<number>;
  release(): Promise<void>;
}

/** Lets no query and no statistic read hot facts until the lock is released. */
export async function lockFacts(databaseUrl: string): Promise<FactsLock> {
  const database = await connectDatabase(databaseUrl);
  await database.sql('begin');
  await database.sql('lock table hot_api_facts in access exclusive mode');
  return {
    async waiting() {
      const [row] = await database.sql<{ found: number }>(
        `select count(*)::integer as found from pg_locks
          where relation = 'hot_api_facts'::regclass and not granted`,
      );
      return row?.found ?? 0;
    },
    release: () => database.end(),
  };
}
