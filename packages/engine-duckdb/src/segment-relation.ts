import path from 'node:path';
import { listValue, VARCHAR, LIST, type DuckDBConnection } from '@duckdb/node-api';
import type { ColumnType, SegmentColumn } from '@hourglass/query';
import { duckDbTypes } from './duckdb-types.ts';
import { hiddenCondition, type HidingSegment } from './visible-facts.ts';

export interface ReadableSegment extends HidingSegment {
  readonly path: string;
  readonly columns: readonly SegmentColumn[];
}

/** Segments that one select reads: they have the same columns and hide the same facts. */
interface SegmentGroup {
  readonly segments: readonly ReadableSegment[];
  /** The condition of hidden facts, or null. */
  readonly hidden: string | null;
}

/** A column to read, with its name in segments. */
export interface WantedColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly segmentName: string;
}

/**
 * Returns selects that together yield the facts of all segments that are not hidden:
 * `environment_id`, `timestamp` and the wanted columns in their order. One select reads all
 * segments with the same columns. A column that was added after a segment was written is null in
 * it.
 */
export async function selectSegments(
  connection: DuckDBConnection,
  segments: readonly ReadableSegment[],
  wanted: readonly WantedColumn[],
  expiredBeforeMs: number | null,
): Promise<readonly string[]> {
  return Promise.all(
    groupSegments(segments, expiredBeforeMs).map(async ({ segments: group, hidden }, index) => {
      const relation = await setSegmentPaths(connection, group, index);
      const present = new Set(group[0]?.columns.map(({ name }) => name));
      const selected = wanted.map(({ name, type, segmentName }) => {
        const value = present.has(segmentName) ? quoted(segmentName) : `cast(null as ${duckDbTypes[type]})`;
        return `, ${value} as ${quoted(name)}`;
      });
      return `
        select environment_id, "timestamp" ${selected.join('')}
          from ${relation} ${hidden === null ? '' : `where not (${hidden})`}`;
    }),
  );
}

/** Returns selects that each yield the number of hidden facts of some segments. */
export async function countHiddenSelects(
  connection: DuckDBConnection,
  segments: readonly ReadableSegment[],
  expiredBeforeMs: number | null,
): Promise<readonly string[]> {
  return Promise.all(
    groupSegments(segments, expiredBeforeMs)
      .filter(({ hidden }) => hidden !== null)
      .map(async ({ segments: group, hidden }, index) => {
        const relation = await setSegmentPaths(connection, group, index);
        return `select count(*) as facts from ${relation} where ${hidden}`;
      }),
  );
}

function setSegmentPaths(
  connection: DuckDBConnection,
  segments: readonly ReadableSegment[],
  index: number,
): Promise<string> {
  return setParquetPaths(connection, segments, `segment_paths_${index}`);
}

/** Sets the paths in a variable, because a view takes no parameters, and returns their relation. */
export async function setParquetPaths(
  connection: DuckDBConnection,
  files: readonly { readonly path: string }[],
  variable: string,
): Promise<string> {
  const paths = files.map((file) => path.resolve(file.path));
  await connection.run(`set variable ${variable} = $1`, [listValue(paths)], [LIST(VARCHAR)]);
  return `read_parquet(getvariable('${variable}'), hive_partitioning = false)`;
}

function groupSegments(
  segments: readonly ReadableSegment[],
  expiredBeforeMs: number | null,
): readonly SegmentGroup[] {
  const groups = new Map<string, { readonly segments: ReadableSegment[]; readonly hidden: string | null }>();
  for (const segment of segments) {
    const hidden = hiddenCondition(segment, expiredBeforeMs);
    const key = JSON.stringify([hidden, segment.columns.map(({ name }) => name)]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { segments: [segment], hidden });
    else group.segments.push(segment);
  }
  return [...groups.values()];
}

/**
 * Quotes an identifier. Names come from the catalogue and from custom fields, whose names are
 * identifiers.
 */
export function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
