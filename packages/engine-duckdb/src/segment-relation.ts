import path from 'node:path';
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
export function selectSegments(
  segments: readonly ReadableSegment[],
  wanted: readonly WantedColumn[],
  expiredBeforeMs: number | null,
): readonly string[] {
  return groupSegments(segments, expiredBeforeMs).map(({ segments: group, hidden }) => {
    const present = new Set(group[0]?.columns.map(({ name }) => name));
    const selected = wanted.map(({ name, type, segmentName }) => {
      const value = present.has(segmentName) ? quoted(segmentName) : `cast(null as ${duckDbTypes[type]})`;
      return `, ${value} as ${quoted(name)}`;
    });
    return `
      select environment_id, "timestamp" ${selected.join('')}
        from ${parquetRelation(group)} ${hidden === null ? '' : `where not (${hidden})`}`;
  });
}

/** Returns selects that each yield the number of hidden facts of some segments. */
export function countHiddenSelects(
  segments: readonly ReadableSegment[],
  expiredBeforeMs: number | null,
): readonly string[] {
  return groupSegments(segments, expiredBeforeMs)
    .filter(({ hidden }) => hidden !== null)
    .map(
      ({ segments: group, hidden }) =>
        `select count(*) as facts from ${parquetRelation(group)} where ${hidden}`,
    );
}

/**
 * Returns the relation of files with the same columns. Their paths are literals: a view takes no parameters, and a
 * variable for them would be one more statement for each report.
 */
export function parquetRelation(files: readonly { readonly path: string }[]): string {
  const paths = files.map((file) => textLiteral(path.resolve(file.path)));
  return `read_parquet([${paths.join(', ')}], hive_partitioning = false)`;
}

export function textLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
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
