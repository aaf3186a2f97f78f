import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bindPlan, catalogue, clickhouseDialect, compileReportLines, type Plan } from '@hourglass/query';
import { startClickHouseCluster, type ClickHouseCluster } from '@hourglass/testing';
import { planOf, startMs } from '../../engine-duckdb/test/hot-facts-file.ts';
import { clusterFacts } from '../src/cluster-facts.ts';
import { startEqualObjects, type EqualObjects } from './equal-objects.ts';
import { openCluster, type Cluster, type ClusterNode } from '../src/cluster.ts';
import { statementSettings } from '../src/run-statement.ts';

const sum = { metric: 'message_count', function: 'sum', alias: 'calls' } as const;
const objects = ['one', 'two'].map((name) => ({
  ...{
    key: `segments/7/api/${name}.parquet`,
    facts: 10,
    firstMs: startMs,
    lastMs: startMs + 1,
    deletions: [],
  },
}));

const groups = { sortBy: [0], descending: true, offset: 0, limit: 2, newestFirst: false };
const shapes: { name: string; plan: Partial<Plan> }[] = [
  { name: 'groups', plan: {} },
  { name: 'one group', plan: { dimensions: [] } },
  { name: 'buckets with a limit', plan: { timeUnit: 'hour', limitRows: 5 } },
  {
    name: 'means, extremes, percentiles and distinct values',
    plan: {
      metrics: [
        ...(['avg', 'min', 'max'] as const).map((name) => ({ ...sum, function: name, alias: name })),
        { ...sum, function: 'percentile', percentile: 95, alias: 'p95' },
        { metric: 'client_ip', function: 'count_distinct', alias: 'clients' },
      ],
    },
  },
  { name: 'selected groups', plan: { groups } },
  { name: 'rows in another order', plan: { orderBy: [{ column: 'calls', descending: true }], limitRows: 3 } },
  { name: 'shares', plan: { metrics: [{ ...sum, part: { of: 'share', within: 'range' } }] } },
  {
    name: 'a compared range',
    plan: { comparedRange: { startMs: startMs - 3_600_000, endExclusiveMs: startMs } },
  },
  { name: 'filled gaps', plan: { timeUnit: 'hour', fillGaps: true } },
  {
    name: 'converted amounts',
    plan: {
      dataset: 'mint',
      metrics: [{ metric: 'rate', function: 'sum', alias: 'rate' }],
      dimensions: ['developer'],
      targetCurrency: 'EUR',
    },
  },
];
const joined: { name: string; plan: Partial<Plan> }[] = [
  { name: 'buckets of selected groups', plan: { groups, timeUnit: 'hour' } },
  { name: 'other rows', plan: { others: true, limitRows: 3 } },
];

describe('a statement of all nodes', () => {
  let store: EqualObjects;
  let started: ClickHouseCluster;
  let cluster: Cluster;
  beforeAll(async () => {
    // Only the plans of statements are asked for, which need the objects to exist.
    store = await startEqualObjects(Buffer.alloc(1));
    started = await startClickHouseCluster(2, store);
    cluster = openCluster(started.options);
  }, 600_000);
  afterAll(async () => {
    await cluster.close();
    await started.stop();
    store.stop();
  });

  async function explained(changes: Partial<Plan>): Promise<string> {
    const boundPlan = bindPlan(planOf(changes), catalogue);
    const facts = {
      objects,
      expiredBeforeMs: null,
      hotFactsPath: '',
      hotRows: 0,
      watermark: null,
      takenAt: new Date(0),
    };
    const dialect = clickhouseDialect(clusterFacts(boundPlan, facts, 'cluster', cluster));
    const { sql, parameters } = compileReportLines(boundPlan, dialect);
    const { client } = cluster.nodes[0] as ClusterNode;
    const answer = await client.query({
      query: `explain ${sql}`,
      query_params: Object.fromEntries(parameters.map((value, index) => [`p${index + 1}`, value])),
      clickhouse_settings: statementSettings({ memoryMb: 512, timeoutMs: 60_000 }),
      format: 'TabSeparatedRaw',
    });
    return answer.text();
  }

  test.each(shapes)('aggregates facts on the nodes: $name', async ({ plan }) => {
    const readers = readersOf(await explained(plan));
    expect(readers.length).toBeGreaterThan(0);
    expect([...new Set(readers)]).toEqual(['MergingAggregated']);
  });

  // They join their facts with rows that all nodes have aggregated before.
  test.each(joined)('sends only the needed columns of facts to the first node: $name', async ({ plan }) => {
    const [joins, ...others] = readersOf(await explained(plan)).toSorted();
    expect([joins, ...new Set(others)]).toEqual(['Join', 'MergingAggregated']);
  });
});

/** Returns the step that gets the facts of each reading, apart from conditions. */
function readersOf(explained: string): readonly string[] {
  const above: { readonly depth: number; readonly step: string }[] = [];
  const readers: string[] = [];
  for (const line of explained.split('\n')) {
    // Other lines are attributes of a step.
    const [, branch = '', step] = /^([│ ]*[├└]──|(?!Output:))([A-Z]\w+)/.exec(line) ?? [];
    if (step === undefined) continue;
    while ((above.at(-1)?.depth ?? -1) >= branch.length) above.pop();
    if (step === 'ReadFromCluster')
      readers.push(above.findLast((each) => each.step !== 'Filter')?.step ?? '');
    above.push({ depth: branch.length, step });
  }
  return readers;
}
