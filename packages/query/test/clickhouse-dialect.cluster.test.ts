import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clusterSize } from '@hourglass/testing';
import {
  bindPlan,
  catalogue,
  clickhouseDialect,
  clickhouseRefusal,
  clickhouseSettings,
  type ColumnType,
  compileReportLines,
  factRowColumns,
  planQuery,
} from '../src/index.ts';
import { inDialect } from '../src/compile/dialect/dialect.ts';
import { duckdbDialect } from '../src/compile/dialect/duckdb.ts';
import { compileStatement, createSqlBuilder, type FactsRelation } from '../src/compile/sql-builder.ts';
import { type ClickHouseProcess, startClickHouse } from './clickhouse-process.ts';
import { openDuckDB } from './facts-relation.ts';
import { columns, context, facts } from './random-facts.ts';
import { requests } from './random-requests.ts';
import { stagedRequests } from './random-staged.ts';

/** Half of them plain, half with words that act on rows. */
const plans = clusterSize({ short: 400, full: 2_000 });
/** Each release of ClickHouse should be compared over several: `CLICKHOUSE_SEED`. */
const seed = Number(process.env['CLICKHOUSE_SEED'] ?? 1);
const columnTypes: Record<ColumnType, string> = {
  text: 'String',
  integer: 'Int64',
  decimal: 'Decimal(24, 6)',
  float: 'Float64',
  boolean: 'Bool',
  timestamp: "DateTime64(6, 'UTC')",
};

let duckdb: Awaited<ReturnType<typeof openDuckDB>>;
let clickhouse: ClickHouseProcess;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'hourglass-clickhouse-'));
  duckdb = await openDuckDB();
  const all = factRowColumns(columns);
  await duckdb.load(all, facts);
  const file = path.join(directory, 'facts.parquet');
  await duckdb.query(`copy facts to '${file}' (format parquet, parquet_version v2)`);
  clickhouse = await startClickHouse(clickhouseSettings);
  const typed = all.map(({ name, type }) => `${name} ${typeOf(name, type)}`).join(', ');
  await clickhouse.run({ sql: `create table facts (${typed}) engine = Memory`, parameters: [] });
  await clickhouse.run({ sql: `insert into facts select * from file('${file}', Parquet)`, parameters: [] });
}, 600_000);
afterAll(async () => {
  await clickhouse.stop();
  duckdb.close();
  await rm(directory, { recursive: true });
});

function typeOf(name: string, type: ColumnType): string {
  if (name === 'environment_id') return 'Int32';
  return name === 'timestamp' ? columnTypes.timestamp : `Nullable(${columnTypes[type]})`;
}

const outputs = fc.constantFrom(
  { outputFormat: 'json' },
  { outputFormat: 'csv' },
  { outputFormat: 'csv', csvDelimiter: '|', csvSafe: true },
);

test.each([
  { name: 'random requests', generated: requests },
  { name: 'random requests with words that act on rows', generated: stagedRequests },
])(
  '$name have the same bytes from ClickHouse as from DuckDB',
  async ({ generated }) => {
    const dialect = clickhouseDialect({ relation: 'facts' });
    const counts = { compared: 0, rows: 0 };
    await fc.assert(
      fc.asyncProperty(generated as typeof requests, outputs, async ({ request }, output) => {
        const planned = planQuery({ ...request, ...output }, context);
        if (!planned.ok) throw new Error(JSON.stringify(planned.faults));
        const boundPlan = bindPlan(planned.plan, catalogue);
        if (clickhouseRefusal(boundPlan) !== null) return;
        const { sql: text, parameters } = compileReportLines(boundPlan);
        const { rows } = await duckdb.query(text, [...parameters]);
        const expected = rows.map(([line]) => `${String(line)}\n`).join('');
        expect(await clickhouse.run(compileReportLines(boundPlan, dialect))).toBe(expected);
        counts.compared += 1;
        counts.rows += rows.length;
      }),
      { numRuns: plans / 2, seed, endOnFailure: true },
    );
    console.info(`${counts.compared} of ${plans / 2} plans compared, ${counts.rows} rows`);
    expect(counts.compared).toBeGreaterThan((0.75 * plans) / 2);
    expect(counts.rows).toBeGreaterThan(counts.compared);
  },
  1_200_000,
);

test.each(['integer', 'decimal'] as const)(
  'numbers of type %s have the digits of DuckDB as floats, also beyond 2^53',
  async (type) => {
    const number = fc
      .tuple(fc.bigInt({ min: -(2n ** 120n), max: 2n ** 120n }), fc.integer({ min: 0, max: 119 }))
      .map(([bits, shift]) => bits / 2n ** BigInt(shift));
    const numbers = [0n, -1n, 2n ** 53n + 1n, -(2n ** 64n), ...fc.sample(number, { numRuns: 200, seed })];
    const texts = numbers.map((millionths) => {
      const digits = String(millionths).replace('-', '').padStart(7, '0');
      const sign = millionths < 0n ? '-' : '';
      return type === 'integer' ? String(millionths) : `${sign}${digits.slice(0, -6)}.${digits.slice(-6)}`;
    });
    const doubles = texts.map((text, index) =>
      inDialect((dialect) => {
        const target = type === 'integer' ? dialect.wideInteger : sql`decimal(38, 6)`;
        return dialect.toDouble(sql`cast(${sql.lit(text)} as ${target})`, type);
      }).as(`c${index}`),
    );
    const query = createSqlBuilder()
      .selectFrom(sql<FactsRelation>`(select 1 as one)`.as('facts'))
      .select(doubles);
    const { rows } = await duckdb.query(compileStatement(query, duckdbDialect).sql);
    const found = await clickhouse.run(compileStatement(query, clickhouseDialect({ relation: 'facts' })));
    expect(found.trim().split('\t').map(Number)).toEqual(rows[0]);
  },
);
