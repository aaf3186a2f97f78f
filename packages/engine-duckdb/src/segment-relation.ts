import path from 'node:path';
import type { ColumnType, SegmentColumn, ViewColumns } from '@hourglass/query';
import { duckDbTypes } from './duckdb-types.ts';
import { quoted, textLiteral } from './quoted.ts';
import { viewColumnsOf, type FactSource } from './view-columns.ts';
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
  /** Selected besides the wanted columns. */
  readonly derived: readonly string[];
}

export interface SegmentSelection {
  readonly wanted: readonly WantedColumn[];
  /** Default: none. */
  readonly derived?: ViewColumns;
  readonly expiredBeforeMs: number | null;
}

/** A column to read, with its name in segments. */
export interface WantedColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly segmentName: string;
}

/**
 * Returns selects that together yield the facts of all segments that are not hidden:
 * `environment_id`, `timestamp`, the wanted columns in their order and the derived ones. One select reads
 * all segments of which the same is known. A column that was added after a segment was written is null
 * in it.
 */
export function selectSegments(
  segments: readonly ReadableSegment[],
  selection: SegmentSelection,
): readonly string[] {
  return groupSegments(segments, selection).map(({ segments: group, hidden, derived }) => {
    const present = new Set(group[0]?.columns.map(({ name }) => name));
    const selected = selection.wanted.map(({ name, type, segmentName }) => {
      const value = present.has(segmentName) ? quoted(segmentName) : `cast(null as ${duckDbTypes[type]})`;
      return `${value} as ${quoted(name)}`;
    });
    return `
      select ${['environment_id', '"timestamp"', ...selected, ...derived].join(', ')}
        from ${parquetRelation(group)} ${hidden === null ? '' : `where not (${hidden})`}`;
  });
}

/** Returns selects that each yield the number of hidden facts of some segments. */
export function countHiddenSelects(
  segments: readonly ReadableSegment[],
  expiredBeforeMs: number | null,
): readonly string[] {
  return groupSegments(segments, { wanted: [], expiredBeforeMs })
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

function groupSegments(
  segments: readonly ReadableSegment[],
  { wanted, derived: columns = noColumns, expiredBeforeMs }: SegmentSelection,
): readonly SegmentGroup[] {
  const groups = new Map<string, SegmentGroup & { readonly segments: ReadableSegment[] }>();
  for (const segment of segments) {
    const hidden = hiddenCondition(segment, expiredBeforeMs);
    const derived = viewColumnsOf(columns, sourceOf(segment, wanted));
    const key = JSON.stringify([hidden, derived, segment.columns.map(({ name }) => name)]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { segments: [segment], hidden, derived });
    else group.segments.push(segment);
  }
  return [...groups.values()];
}

const noColumns: ViewColumns = { ranges: [], texts: [] };

function sourceOf(segment: ReadableSegment, wanted: readonly WantedColumn[]): FactSource {
  const columns = wanted.flatMap(({ name, segmentName }) => {
    const column = segment.columns.find((candidate) => candidate.name === segmentName);
    return column === undefined ? [] : [[name, column] as const];
  });
  return { ...segment, columns: new Map(columns) };
}
