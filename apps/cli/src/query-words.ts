import { InvalidArgumentError, type Command } from 'commander';
import { quoted } from '@hourglass/contract/messages';
import { wholeNumber } from './options.ts';

/** The options of a command that are words of a query body. Absent ones leave the body as it is. */
export interface QueryWords {
  readonly dataset?: string;
  readonly metric?: readonly object[];
  readonly dimension?: readonly string[];
  readonly timeRange?: string | TimeRange;
  readonly timeUnit?: string;
  readonly timeZone?: string;
  readonly filter?: string;
  readonly having?: string;
  readonly orderBy?: readonly object[];
  readonly limit?: number;
  readonly others?: true;
  readonly compareTo?: string | TimeRange;
  readonly fillGaps?: true;
  readonly format?: string;
  readonly csvDelimiter?: string;
  readonly csvBom?: true;
  /** Commander sets true by default. */
  readonly csvHeader: boolean;
  readonly csvSafe?: true;
  readonly displayName?: string;
  /** Commander sets true by default. */
  readonly reuse: boolean;
}

interface TimeRange {
  readonly start: string;
  readonly end: string;
}

const aliased = /^(?<expression>.+?)(?:\s+as\s+(?<alias>\S+))?$/i;
const partOfWhole = /^(?<as>share|total)\((?<inner>.+?)(?:\s+within\s+(?<within>\w+))?\)$/i;
const functionCall =
  /^(?<function>[\w.]+)\(\s*(?<name>[^\s(),]+)\s*(?:,\s*(?<percentile>\d+(?:\.\d+)?)\s*)?\)$/;
const plainName = /^(?<name>[^\s(),]+)$/;

/** Adds the options. Names of metrics, columns and zones are checked by the API, which knows them. */
export function withQueryWords(command: Command): Command {
  return command
    .option('--dataset <dataset>', 'dataset of the facts (default: api)')
    .option(
      '--metric <metric>',
      'metric, such as "p95(total_response_time) as p95"; repeatable',
      collect(parseMetric),
    )
    .option('--dimension <dimension>', 'dimension; repeatable', collect(String))
    .option('--time-range <range>', 'relative range, such as lastMonth, or START..END', parseRange)
    .option('--time-unit <unit>', 'length of a time bucket, such as hour')
    .option('--time-zone <zone>', 'zone of buckets and relative ranges, such as Europe/Warsaw')
    .option('--filter <condition>', 'condition that facts must match')
    .option('--having <condition>', 'condition that rows must match')
    .option(
      '--order-by <column>',
      'column of the order, COLUMN or COLUMN:desc; repeatable',
      collect(parseOrder),
    )
    .option('--limit <rows>', 'maximum number of rows', wholeNumber)
    .option('--others', 'add one row for all rows beyond the limit')
    .option('--compare-to <range>', 'previousPeriod, previousYear or START..END', parseRange)
    .option('--fill-gaps', 'add rows for buckets without facts')
    .option('--format <format>', 'json, csv, parquet or xlsx')
    .option('--csv-delimiter <delimiter>', 'delimiter of csv')
    .option('--csv-bom', 'begin each part of csv with a byte order mark')
    .option('--no-csv-header', 'leave out the header line of csv')
    .option('--csv-safe', 'keep a spreadsheet from running texts of csv as formulas')
    .option('--display-name <name>', 'display name of the query')
    .option('--no-reuse', 'run the query even if the result of an equal one still holds');
}

/** Returns the properties of a query body that the options set. */
function bodyOfWords(words: QueryWords): Readonly<Record<string, unknown>> {
  return defined({
    dataset: words.dataset,
    metrics: words.metric,
    dimensions: words.dimension,
    timeRange: words.timeRange,
    groupByTimeUnit: words.timeUnit,
    timeZone: words.timeZone,
    filter: words.filter,
    having: words.having,
    orderBy: words.orderBy,
    limit: words.limit,
    others: words.others,
    compareTo: words.compareTo,
    fillGaps: words.fillGaps,
    outputFormat: words.format,
    csvDelimiter: words.csvDelimiter,
    csvBom: words.csvBom,
    csvHeader: words.csvHeader ? undefined : false,
    csvSafe: words.csvSafe,
    name: words.displayName,
    reuse: words.reuse ? undefined : false,
  });
}

/**
 * Returns the body with the properties of the options in place of its own. A body that is no object stays, so that
 * the API refuses it with its fault.
 */
export function withWords(body: unknown, words: QueryWords): unknown {
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
  return isObject ? { ...body, ...bodyOfWords(words) } : body;
}

function collect<Item>(parse: (value: string) => Item): (value: string, before?: readonly Item[]) => Item[] {
  return (value, before = []) => [...before, parse(value)];
}

/**
 * Parses `FUNCTION(NAME[, PERCENTILE])`, as in `select` of statistics, or a name alone. `share(…)` or `total(…)` may be
 * around it, with `within time`, and `as ALIAS` behind it.
 * @throws InvalidArgumentError
 */
function parseMetric(value: string): object {
  const { expression = '', alias } = aliased.exec(value.trim())?.groups ?? {};
  const { as, inner = expression, within } = partOfWhole.exec(expression)?.groups ?? {};
  const call = (functionCall.exec(inner) ?? plainName.exec(inner))?.groups;
  if (call === undefined) {
    throw new InvalidArgumentError(
      `found ${quoted(value)}; expected "name", "function(name)" or "share(function(name))", and "as alias" behind it`,
    );
  }
  const { name, percentile } = call;
  return defined({
    name,
    function: call['function'],
    percentile: percentile === undefined ? undefined : Number(percentile),
    alias,
    as: as?.toLowerCase(),
    within,
  });
}

/** A column may contain colons, so that only `:asc` and `:desc` at the end are a direction. */
function parseOrder(value: string): object {
  const { column = value, direction } = /^(?<column>.+):(?<direction>asc|desc)$/.exec(value)?.groups ?? {};
  return defined({ column, direction });
}

function parseRange(value: string): string | TimeRange {
  const [start = '', end, ...more] = value.split('..');
  return end === undefined || more.length > 0 ? value : { start, end };
}

function defined(properties: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined));
}
