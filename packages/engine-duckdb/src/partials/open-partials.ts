import type { DuckDBConnection } from '@duckdb/node-api';
import {
  compileFilteredPartials,
  compileUncovered,
  isFiltered,
  measureName,
  viewColumns,
  type BoundPlan,
  type PartialColumns,
} from '@hourglass/query';
import type { PlacedPartial } from '@hourglass/reports';
import { createFactsView } from '../facts-view.ts';
import { quoted } from '../quoted.ts';
import { parquetRelation } from '../segment-relation.ts';
import { runStatement } from '../statements.ts';
import { withViewColumns } from '../view-columns.ts';
import type { Coverage } from './cover-segments.ts';
import { isSumTooLarge } from './sum-too-large.ts';
import type { TaskWithPartials } from './without-partials.ts';

const uncoveredTable = 'uncovered_facts';
/** The rows that the filter selects of partials of all facts. */
const filteredTable = 'filtered_partials';

/** The view `facts` over partials. */
export interface OpenPartials {
  /** The plan of the report over the view. */
  readonly boundPlan: BoundPlan;
  /** Drops the tables that the view reads, if there are any. */
  close(): Promise<void>;
}

/**
 * Creates the view `facts` over partials: those that cover segments, and one of all other facts. Null: a sum
 * of these facts does not fit.
 */
export async function openPartials(
  connection: DuckDBConnection,
  task: TaskWithPartials,
  { covering, uncovered }: Coverage,
): Promise<OpenPartials | null> {
  const { plan, dataset, facts } = task;
  const { shape: wanted } = facts.partials;
  const tables: string[] = [];
  const isOfAllFacts = ({ shape }: PlacedPartial) => isFiltered(shape, wanted);
  const exact = covering.filter((partial) => !isOfAllFacts(partial));
  const selects = selectEach(exact, columnsOf(wanted));
  const unfiltered = covering.filter(isOfAllFacts);
  if (unfiltered.length > 0) {
    await createFiltered(connection, task, unfiltered);
    tables.push(filteredTable);
    selects.push(selectColumns(filteredTable, planNames(wanted)));
  }
  if (facts.hotRows > 0 || uncovered.length > 0 || selects.length === 0) {
    await createFactsView(connection, { ...facts, segments: uncovered }, { plan, dataset });
    if (!(await createUncovered(connection, task))) {
      await dropTables(connection, tables);
      return null;
    }
    tables.push(uncoveredTable);
    selects.push(selectColumns(uncoveredTable, columnsOf(wanted)));
  }
  const view = withViewColumns(selects.join(' union all '), viewColumns({ plan, dataset }));
  await connection.run(`create or replace view facts as ${view}`);
  return {
    boundPlan: { plan: { ...plan, filter: null }, dataset, readsPartials: true },
    close: () => dropTables(connection, tables),
  };
}

/** Into a table, because a view takes no parameters. */
async function createFiltered(
  connection: DuckDBConnection,
  task: TaskWithPartials,
  partials: readonly PlacedPartial[],
): Promise<void> {
  const { shape } = task.facts.partials;
  const keys = new Map([...shape.keys, ...(shape.filteredBy ?? [])].map((key) => [key.name, key]));
  const columns = columnsOf({ ...shape, keys: [...keys.values()] });
  const selects = selectEach(partials, columns);
  await connection.run(`create or replace view facts as ${selects.join(' union all ')}`);
  const { sql, parameters } = compileFilteredPartials(task);
  await runStatement(connection, {
    sql: `create or replace temp table ${filteredTable} as ${sql}`,
    parameters,
  });
}

/** Returns false if a sum does not fit. */
async function createUncovered(connection: DuckDBConnection, task: TaskWithPartials): Promise<boolean> {
  const { sql, parameters } = compileUncovered(task, task.facts.partials.shape);
  try {
    await runStatement(connection, {
      sql: `create or replace temp table ${uncoveredTable} as ${sql}`,
      parameters,
    });
    return true;
  } catch (error) {
    if (isSumTooLarge(error)) return false;
    throw error;
  }
}

async function dropTables(connection: DuckDBConnection, tables: readonly string[]): Promise<void> {
  for (const table of tables) await connection.run(`drop table ${table}`);
}

/** Selects from partials, by one relation for all files with the same columns. */
function selectEach(partials: readonly PlacedPartial[], columns: readonly SelectedColumn[]): string[] {
  return [...byShape(partials)].map((ofShape) => selectColumns(parquetRelation(ofShape), columns));
}

function byShape(partials: readonly PlacedPartial[]): Iterable<readonly PlacedPartial[]> {
  const groups = new Map<string, PlacedPartial[]>();
  for (const partial of partials) {
    const group = groups.get(partial.shape.id);
    if (group === undefined) groups.set(partial.shape.id, [partial]);
    else group.push(partial);
  }
  return groups.values();
}

interface SelectedColumn {
  readonly from: string;
  /** Its name in the plan. */
  readonly to: string;
}

function columnsOf({ keys, measures }: Pick<PartialColumns, 'keys' | 'measures'>): readonly SelectedColumn[] {
  return [
    ...keys.map(({ segmentName, name }) => ({ from: segmentName, to: name })),
    ...measures.map(({ column: { segmentName, name }, aggregate }) => ({
      from: measureName(segmentName, aggregate),
      to: measureName(name, aggregate),
    })),
  ];
}

/** The columns of a table that has them under their names in the plan. */
function planNames(columns: Pick<PartialColumns, 'keys' | 'measures'>): readonly SelectedColumn[] {
  return columnsOf(columns).map(({ to }) => ({ from: to, to }));
}

function selectColumns(relation: string, columns: readonly SelectedColumn[]): string {
  const selected = columns.map(({ from, to }) => `, ${quoted(from)} as ${quoted(to)}`);
  return `select environment_id, "timestamp" ${selected.join('')} from ${relation}`;
}
