import {
  notSetText,
  rangeColumnName,
  textKeyName,
  type SegmentColumn,
  type StoredSegment,
  type TimeRange,
  type ViewColumns,
} from '@hourglass/query';
import { quoted, textLiteral } from './quoted.ts';
import { timeLiteral } from './time-literal.ts';

/** Facts of which more may be known than of others. */
export interface FactSource extends Pick<StoredSegment, 'firstMs' | 'lastMs'> {
  /** By their names in the plan. A text that is not there is missing in all facts. */
  readonly columns: ReadonlyMap<string, SegmentColumn>;
}

/** Returns the selected expressions of the view's columns for one source of facts. */
export function viewColumnsOf({ ranges, texts }: ViewColumns, source: FactSource): readonly string[] {
  return [
    ...ranges.map((range) => {
      const isWithin = range.startMs <= source.firstMs && source.lastMs < range.endExclusiveMs;
      return `${isWithin ? 'true' : isInRange(range)} as ${quoted(rangeColumnName(range))}`;
    }),
    ...texts.map((text) => `${textKeyOf(source.columns.get(text))} as ${quoted(textKeyName(text))}`),
  ];
}

/** Adds the view's columns to a select of which nothing is known. */
export function withViewColumns(select: string, { ranges, texts }: ViewColumns): string {
  const columns = [
    ...ranges.map((range) => `${isInRange(range)} as ${quoted(rangeColumnName(range))}`),
    ...texts.map((text) => `${textKey(quoted(text))} as ${quoted(textKeyName(text))}`),
  ];
  return columns.length === 0 ? select : `select *, ${columns.join(', ')} from (${select})`;
}

function isInRange({ startMs, endExclusiveMs }: TimeRange): string {
  return `("timestamp" >= ${timeLiteral(startMs)} and "timestamp" < ${timeLiteral(endExclusiveMs)})`;
}

function textKeyOf(column: SegmentColumn | undefined): string {
  if (column === undefined) return 'cast(null as varchar)';
  return column.hasNotSetText === false ? quoted(column.name) : textKey(quoted(column.name));
}

function textKey(column: string): string {
  return `nullif(${column}, ${textLiteral(notSetText)})`;
}
