import { DuckDBInstance, type DuckDBValue } from '@duckdb/node-api';
import {
  bindPlan,
  type BoundPlan,
  catalogue as everyDataset,
  compileReport,
  hotFactsColumns,
  type ColumnType,
  type FactRowColumns,
  type Plan,
} from '../src/index.ts';

/** Values by column; a missing column is null. Times are ISO 8601 texts, decimals are texts. */
export interface Fact {
  readonly environment_id?: number;
  readonly timestamp: string;
  readonly [column: string]: string | number | bigint | boolean | null | undefined;
}

const duckdbTypes: Record<ColumnType, string> = {
  text: 'VARCHAR',
  integer: 'BIGINT',
  decimal: 'DECIMAL(24,6)',
  float: 'DOUBLE',
  boolean: 'BOOLEAN',
  timestamp: 'TIMESTAMP',
};

/** The environment of `examplePlan`, and the default environment of facts. */
export const environmentId = 7;

/** One statement for each fact takes three times as long. */
const factsPerInsert = 50;

export interface ReportRows {
  readonly types: readonly string[];
  readonly rows: readonly (readonly DuckDBValue[])[];
}

/** Opens a DuckDB in memory for a relation `facts`. */
export async function openDuckDB() {
  // The facts of these tests are too few for more threads to help.
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();

  /** Creates the relation with these columns only, so that a column missing from the list fails. */
  async function load(columns: FactRowColumns, facts: readonly Fact[]): Promise<void> {
    const typed = columns.map(({ name, type }) => ({
      name,
      type: name === 'environment_id' ? 'INTEGER' : duckdbTypes[type],
    }));
    await connection.run(
      `create or replace table facts (${typed.map(({ name, type }) => `"${name}" ${type}`).join(', ')})`,
    );
    for (let first = 0; first < facts.length; first += factsPerInsert) {
      const rows = facts
        .slice(first, first + factsPerInsert)
        .map((fact): Fact => ({ environment_id: environmentId, ...fact }));
      const values = typed.map(({ type }) => `cast(? as ${type})`).join(', ');
      await connection.run(
        `insert into facts values ${rows.map(() => `(${values})`).join(', ')}`,
        rows.flatMap((row) => typed.map(({ name }) => row[name]?.toString() ?? null)),
      );
    }
  }

  async function query(sql: string, parameters: DuckDBValue[] = []): Promise<ReportRows> {
    const result = await connection.runAndReadAll(sql, parameters);
    return { types: result.columnTypes().map(String), rows: result.getRows() };
  }

  async function report(plan: Plan, facts: readonly Fact[], catalogue = everyDataset): Promise<ReportRows> {
    await load(hotFactsColumns(bindPlan(plan, catalogue)), facts);
    return reportLoaded(plan, catalogue);
  }

  /** Runs a report over the loaded facts. */
  async function reportLoaded(
    plan: Plan,
    catalogue = everyDataset,
    options: Pick<BoundPlan, 'countsValues'> = {},
  ): Promise<ReportRows> {
    const { sql, parameters } = compileReport({ ...bindPlan(plan, catalogue), ...options });
    return query(sql, [...parameters]);
  }

  return {
    load,
    query,
    report,
    reportLoaded,
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** Creates a valid plan with defaults for the parts that a test does not set. */
export function examplePlan(parts: Partial<Plan>): Plan {
  return {
    version: 1,
    dataset: 'api',
    tenant: { organization: 'acme', environment: 'prod', environmentId },
    range: { startMs: Date.UTC(2026, 0, 1), endExclusiveMs: Date.UTC(2027, 0, 1) },
    timeUnit: null,
    metrics: [],
    dimensions: [],
    filter: null,
    limitRows: null,
    output: { format: 'json' },
    ...parts,
  };
}
