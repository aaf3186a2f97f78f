import { type Expression, sql } from 'kysely';
import { timestampColumn } from '../../catalogue/fact-row.ts';
import type { PlainPattern } from '../../filter/like-pattern.ts';
import { percentileShare } from '../percentile-share.ts';
import { shownText } from '../shown-text.ts';
import { rangeColumnName, textKeyName } from '../view-columns.ts';
import type { Dialect, PercentileChoice, RateKey } from './dialect.ts';
import { duckdbFloatText, exponentText } from './duckdb-float-text.ts';

type Value = Expression<unknown>;

const timestamp = sql.ref(timestampColumn.name);

/** DuckDB 1.5, over a relation `facts`. */
export const duckdbDialect: Dialect = {
  placeholder: (number) => `$${number}`,
  escapeLiteral: (text) => text.replaceAll("'", "''"),

  identifier: (name) => name,

  facts: sql.table('facts'),
  factsWithRates,
  exchangeRate: () => exchangeRateColumn,
  isInRange: ({ startMs, endExclusiveMs }) => {
    const [start, end] = [startMs, endExclusiveMs].map((ms) => duckdbDialect.timestamp(ms));
    return sql`${timestamp} >= ${start} and ${timestamp} < ${end}`;
  },
  textKey: (column) => shownText(sql.ref(column)),
  // Its view leaves hidden facts out.
  isVisible: null,
  numbers: (count) => sql`range(${sql.lit(count)}) as numbers(number)`,

  wideInteger: sql.raw('hugeint'),
  toDouble: (value) => sql`cast(${value} as double)`,
  sum: (column, type) => (type === 'float' ? sql`fsum(${column})` : sql`sum(${column})`),
  percentile,
  approxPercentile,
  approxCountDistinct: (value) => sql`approx_count_distinct(${value})`,
  hundredfold: (value) => sql`${value} * cast(100 as decimal(3, 0))`,
  divideWhole: (value, divisor) => sql`${value} // ${divisor}`,
  toMillionths: (value) => sql`cast(${value} as decimal(28, 6))`,

  // As text without a zone: a driver would send a Date in its local zone.
  timestamp: (ms) => sql`cast(${new Date(ms).toISOString().replace('Z', '')} as timestamp)`,
  // The text of years from 10000 on has no sign in DuckDB.
  timestampLiteral: (ms) =>
    sql`timestamp ${sql.lit(new Date(ms).toISOString().replace(/^\+0*/, '').replace('Z', ''))}`,
  truncate: (unit, timestamp) => sql`date_trunc(${sql.lit(unit)}, ${timestamp})`,
  truncateToMillisecond: (timestamp) => sql`date_trunc('millisecond', ${timestamp})`,
  addMilliseconds: (timestamp, ms) => sql`(${timestamp} + to_milliseconds(${ms}))`,
  // As microseconds, because adding an INTERVAL takes several times as long.
  addOffset: (timestamp, offsetMs) =>
    sql`make_timestamp(epoch_us(${timestamp}) + ${sql.lit(offsetMs * 1_000)})`,
  addMonths: (timestamp, months) => sql`(${timestamp} + to_months(${months}))`,
  difference: (unit, start, end) => sql`date_diff(${sql.lit(unit)}, ${start}, ${end})`,
  epochMs: (timestamp) => sql`cast(epoch_ms(${timestamp}) as bigint)`,
  dayOfMonth: (timestamp) => sql`day(${timestamp})`,
  date: (timestamp) => sql`cast(${timestamp} as date)`,
  formatTime: (timestamp, format) => sql`strftime(${timestamp}, ${sql.lit(format)})`,
  formatMillisecond: (timestamp) => sql`strftime(${timestamp}, '%Y-%m-%d %H:%M:%S.%g UTC')`,

  upperCase: (text) => sql`upper(${text})`,
  hasText,
  contains: (text, character) => sql`contains(${text}, chr(${sql.lit(character.charCodeAt(0))}))`,
  findsPattern: (text, pattern) => sql`regexp_matches(${text}, ${sql.lit(pattern)})`,
  matchesWhole: (text, pattern) => sql`regexp_full_match(${text}, cast(${pattern} as varchar), 's')`,
  decimalText: (value) => sql`regexp_replace(cast(${value} as varchar), '\\.?0+$', '')`,
  floatText: (value) => sql`regexp_replace(cast(${value} as varchar), '\\.0$', '')`,
  jsonText: (text) => sql`cast(to_json(${text}) as varchar)`,
  javaScriptEscapes,
  floatOutput: duckdbFloatText,
  preparedFloat: exponentText,
};

/** The same over a view with the columns of `viewColumns`, which state what is known of a source of facts. */
export const duckdbViewDialect: Dialect = {
  ...duckdbDialect,
  isInRange: (range) => sql.ref(rangeColumnName(range)),
  textKey: (column) => sql.ref(textKeyName(column)),
};

function hasText(text: Value, { place, text: wanted }: PlainPattern): Value {
  const value = sql`cast(${wanted} as varchar)`;
  switch (place) {
    case 'whole':
      return sql`${text} = ${value}`;
    case 'start':
      return sql`starts_with(${text}, ${value})`;
    case 'end':
      return sql`ends_with(${text}, ${value})`;
    case 'anywhere':
      return sql`contains(${text}, ${value})`;
    default:
      return place satisfies never;
  }
}

/** No fact has a column of this name. */
const exchangeRateColumn = sql.ref('exchange rate');

function factsWithRates({ currency, day }: RateKey): Value {
  return sql`(
    select facts.*, exchange_rates.rate as ${exchangeRateColumn}
      from facts left join exchange_rates
        on exchange_rates.currency = ${currency} and exchange_rates.day = ${day})`;
}

/**
 * Writes one element of a list that all percentiles of the column share, so that DuckDB sorts its
 * values once. DuckDB would round the interpolation of decimals, so these are doubles. It interpolates
 * integers as doubles itself, and sorts them in two thirds of the time.
 */
function percentile({ column, type, percentiles, percentile: wanted }: PercentileChoice): Value {
  const values = type === 'integer' ? column : sql`cast(${column} as double)`;
  return sql`(quantile_cont(${values}, [${shares(percentiles)}]))[${position(percentiles, wanted)}]`;
}

function approxPercentile({ column, percentiles, percentile: wanted }: PercentileChoice): Value {
  const doubles = sql`cast(${column} as double)`;
  const list = sql`cast([${shares(percentiles)}] as float[])`;
  return sql`(approx_quantile(${doubles}, ${list}))[${position(percentiles, wanted)}]`;
}

function shares(percentiles: readonly number[]): Value {
  return sql.join(percentiles.map(percentileShare));
}

function position(percentiles: readonly number[], wanted: number): Value {
  return sql.lit(percentiles.indexOf(wanted) + 1);
}

/**
 * DuckDB writes U+000B as `\u000B`, JavaScript as `\u000b`. JSON with such an escape, which is rare,
 * is split into escapes and other text, so that an escaped backslash before `u000B` stays unchanged.
 */
function javaScriptEscapes(json: Value): Value {
  const pieces = sql`regexp_extract_all(${json}, '\\\\u[0-9A-F]{4}|\\\\.|[^\\\\]+')`;
  const lowered = sql`lambda piece: case when starts_with(piece, '\\u') then lower(piece) else piece end`;
  return sql`case
    when contains(${json}, '\\u00') then array_to_string(list_transform(${pieces}, ${lowered}), '')
    else ${json} end`;
}
