import type { DuckDBConnection } from '@duckdb/node-api';
import {
  hotFactsColumns,
  mayRead,
  readRanges,
  segmentColumnName,
  valueColumns,
  viewColumns,
  type BoundPlan,
  type FactRowColumns,
} from '@hourglass/query';
import type { FactFiles } from '@hourglass/reports';
import { selectCopiedFacts, setCopiedFacts } from './copied-facts.ts';
import { copiedType } from './duckdb-types.ts';
import { quoted } from './quoted.ts';
import { selectSegments, type WantedColumn } from './segment-relation.ts';
import { withViewColumns } from './view-columns.ts';

/**
 * Creates the view `facts` that compiled reports read, over the copied hot facts and the segments
 * that may contain facts of the plan's range. Deleted facts and those past their retention are left
 * out. Statements over it are those of the same ranges, in the dialect `duckdbViewDialect`.
 */
export async function createFactsView(
  connection: DuckDBConnection,
  { hotFactsPath, hotRows, segments, expiredBeforeMs }: FactFiles,
  boundPlan: BoundPlan,
): Promise<void> {
  const ranges = readRanges(boundPlan.plan);
  const inRange = segments.filter((segment) => mayRead(ranges, segment));
  const columns = hotFactsColumns(boundPlan);
  const wanted = wantedColumns(columns);
  const derived = viewColumns(boundPlan);
  const selects = [...selectSegments(inRange, { wanted, derived, expiredBeforeMs })];
  if (hotRows > 0) {
    await setCopiedFacts(connection, hotFactsPath, columns);
    selects.push(withViewColumns(selectCopiedFacts, derived));
  }
  if (selects.length === 0) selects.push(withViewColumns(selectNoFacts(columns), derived));
  await connection.run(`create or replace view facts as ${selects.join(' union all ')}`);
}

function selectNoFacts(columns: FactRowColumns): string {
  const nulls = columns.map((column) => `cast(null as ${copiedType(column)}) as ${quoted(column.name)}`);
  return `select ${nulls.join(', ')} where false`;
}

/** Returns the value columns with their names in segments. */
export function wantedColumns(columns: FactRowColumns): readonly WantedColumn[] {
  return valueColumns(columns).map((column) => ({ ...column, segmentName: segmentColumnName(column) }));
}
