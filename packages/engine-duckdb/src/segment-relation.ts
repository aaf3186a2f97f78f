import path from 'node:path';
import { listValue, VARCHAR, LIST, type DuckDBConnection } from '@duckdb/node-api';
import type { ColumnType, SegmentColumn } from '@hourglass/query';
import { duckDbTypes } from './duckdb-types.ts';

export interface ReadableSegment {
  readonly path: string;
  readonly columns: readonly SegmentColumn[];
}

/** A column to read, with its name in segments. */
export interface WantedColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly segmentName: string;
}

/**
 * Returns selects that together yield the facts of all segments: `environment_id`, `timestamp` and
 * the wanted columns in their order. One select reads all segments with the same columns. A column
 * that was added after a segment was written is null in it.
 */
export async function selectSegments(
  connection: DuckDBConnection,
  segments: readonly ReadableSegment[],
  wanted: readonly WantedColumn[],
): Promise<readonly string[]> {
  return Promise.all(
    groupsOfSameColumns(segments).map(async (group, index) => {
      const variable = `segment_paths_${index}`;
      const paths = group.map((segment) => path.resolve(segment.path));
      await connection.run(`set variable ${variable} = $1`, [listValue(paths)], [LIST(VARCHAR)]);
      const present = new Set(group[0]?.columns.map(({ name }) => name));
      const selected = wanted.map(({ name, type, segmentName }) => {
        const value = present.has(segmentName) ? quoted(segmentName) : `cast(null as ${duckDbTypes[type]})`;
        return `, ${value} as ${quoted(name)}`;
      });
      return `
        select environment_id, "timestamp" ${selected.join('')}
          from read_parquet(getvariable('${variable}'), hive_partitioning = false)`;
    }),
  );
}

function groupsOfSameColumns(segments: readonly ReadableSegment[]): readonly (readonly ReadableSegment[])[] {
  const groups = new Map<string, ReadableSegment[]>();
  for (const segment of segments) {
    const key = JSON.stringify(segment.columns.map(({ name }) => name));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [segment]);
    else group.push(segment);
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
