import { type Expression, sql } from 'kysely';
import type { NumericType } from '../../catalogue/dataset.ts';
import { timestampColumn } from '../../catalogue/fact-row.ts';
import type { PlainPattern } from '../../filter/like-pattern.ts';
import type { TimeUnit } from '../../plan/plan.ts';
import { percentileShare } from '../percentile-share.ts';
import { shownText } from '../shown-text.ts';
import type { Dialect, PercentileChoice, RateKey } from './dialect.ts';

type Value = Expression<unknown>;

const timestamp = sql.ref(timestampColumn.name);

/** The types of its parameters, by the JavaScript type of the value. */
function parameterType(value: unknown): string {
  if (typeof value === 'string') return 'String';
  return Number.isSafeInteger(value) ? 'Int64' : 'Float64';
}

/** The years of units that ClickHouse does not truncate to. */
const unitYears: Partial<Record<TimeUnit, number>> = { decade: 10, century: 100, millennium: 1_000 };

/** Statements of the dialect mean what they mean in DuckDB only with these settings. */
export const clickhouseSettings: Readonly<Record<string, string>> = {
  session_timezone: 'UTC',
  // Casts of null and unmatched rows of joins would be 0 or empty text.
  cast_keep_nullable: '1',
  join_use_nulls: '1',
  // Reading a float would be off in the last digit.
  precise_float_parsing: '1',
  // A name would mean the selected expression with that name, instead of the column.
  prefer_column_name_to_alias: '1',
  // Times before 1970 and after 2105 would wrap.
  enable_extended_results_for_datetime_functions: '1',
};

/** Trusted SQL: nothing of it may come from a client. */
export interface ClickHouseFacts {
  /**
   * The relation for `from`, with the columns of `compileReport`, each Nullable, times as
   * DateTime64(6, 'UTC').
   */
  readonly relation: string;
  /** Condition of the facts that belong to the report. Default: all. */
  readonly isVisible?: string;
  /** Columns that have another name in the relation. */
  readonly columnNames?: ReadonlyMap<string, string>;
  /** Rates of a plan that converts amounts: at most one for each day and currency. */
  readonly exchangeRates?: readonly ExchangeRate[];
}

export interface ExchangeRate {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  /** Capital letters, digits and `_`. */
  readonly currency: string;
  /** Digits with at most ten decimal places. */
  readonly rate: string;
}

/** ClickHouse 26.7 with `clickhouseSettings`. Only for plans without a `clickhouseRefusal`. */
export function clickhouseDialect(facts: ClickHouseFacts): Dialect {
  const { relation, isVisible, columnNames, exchangeRates = [] } = facts;
  return {
    ...clickhouseOperations,
    facts: sql.raw(relation),
    // The rates are an expression: facts that are joined would be sent to the first node.
    factsWithRates: () => sql.raw(relation),
    exchangeRate: (key) => exchangeRate(key, exchangeRates),
    isVisible: isVisible === undefined ? null : sql.raw(isVisible),
    identifier: (name) => columnNames?.get(name) ?? name,
  };
}

const clickhouseOperations: Omit<
  Dialect,
  'facts' | 'factsWithRates' | 'exchangeRate' | 'isVisible' | 'identifier'
> = {
  placeholder: (number, value) => `{p${number}:${parameterType(value)}}`,
  escapeLiteral: (text) => text.replaceAll('\\', '\\\\').replaceAll("'", "''"),

  isInRange: ({ startMs, endExclusiveMs }) => {
    const [start, end] = [startMs, endExclusiveMs].map((ms) => clickhouseOperations.timestamp(ms));
    return sql`${timestamp} >= ${start} and ${timestamp} < ${end}`;
  },
  textKey: (column) => shownText(sql.ref(column)),
  numbers: (count) => sql`numbers(${sql.lit(count)}) as numbers`,

  // It wraps silently, so that a product of a sum and an operand needs 256 bits.
  wideInteger: sql.raw('Int256'),
  toDouble,
  sum,
  percentile,
  approxPercentile: () => refuse('approx_percentile'),
  approxCountDistinct: () => refuse('approx_distinct'),
  // A product of decimals has the type of one factor, and overflows silently.
  hundredfold: (value) => sql`cast(${value} as decimal(76, 6)) * 100`,
  divideWhole: (value, divisor) => sql`intDiv(${value}, ${divisor})`,
  // A cast would truncate.
  toMillionths: (value) => sql`cast(round(${value}, 6) as decimal(28, 6))`,

  timestamp: (ms) => sql`fromUnixTimestamp64Milli(cast(${ms} as bigint), 'UTC')`,
  timestampLiteral: (ms) => sql`fromUnixTimestamp64Milli(cast(${sql.lit(ms)} as bigint), 'UTC')`,
  truncate,
  truncateToMillisecond: asMilliseconds,
  addMilliseconds: (timestamp, ms) => sql`addMilliseconds(${timestamp}, ${ms})`,
  addOffset: (timestamp, offsetMs) => sql`addMilliseconds(${timestamp}, ${sql.lit(offsetMs)})`,
  addMonths: (timestamp, months) => sql`addMonths(${timestamp}, ${months})`,
  difference: (unit, start, end) => sql`dateDiff(${sql.lit(unit)}, ${start}, ${end})`,
  epochMs: (timestamp) => sql`toUnixTimestamp64Milli(${asMilliseconds(timestamp)})`,
  dayOfMonth: (timestamp) => sql`toDayOfMonth(${timestamp})`,
  date: (timestamp) => sql`toDate32(${timestamp})`,
  // Minutes are `%i`; `%M` is the name of the month.
  formatTime: (timestamp, format) =>
    sql`formatDateTime(${timestamp}, ${sql.lit(format.replaceAll('%M', '%i'))}, 'UTC')`,
  formatMillisecond: (timestamp) => sql`concat(toString(${asMilliseconds(timestamp)}), ' UTC')`,

  upperCase: upperCurrency,
  hasText,
  contains: (text, character) => sql`position(${text}, char(${sql.lit(character.charCodeAt(0))})) > 0`,
  findsPattern: (text, pattern) => sql`match(${text}, ${sql.lit(pattern)})`,
  matchesWhole: (text, pattern) =>
    sql`match(${text}, concat(${sql.lit(String.raw`\A(?s:`)}, ${pattern}, ${sql.lit(String.raw`)\z`)}))`,
  decimalText: (value) => sql`toString(${value})`,
  floatText: (value) => sql`toString(${value})`,
  jsonText,
  javaScriptEscapes: (json) => json,
  floatOutput,
  // All is known from the float.
  preparedFloat: () => sql`null`,
};

function hasText(text: Value, { place, text: wanted }: PlainPattern): Value {
  switch (place) {
    case 'whole':
      return sql`${text} = ${wanted}`;
    case 'start':
      return sql`startsWith(${text}, ${wanted})`;
    case 'end':
      return sql`endsWith(${text}, ${wanted})`;
    case 'anywhere':
      return sql`position(${text}, ${wanted}) > 0`;
    default:
      return place satisfies never;
  }
}

/** Rounds in the steps of DuckDB: a cast would differ in the last digit of one in five decimals beyond 2^53. */
function toDouble(value: Value, type: NumericType): Value {
  if (type === 'float') return sql`cast(${value} as double)`;
  const number = sql.raw('number');
  if (type === 'integer') return withNumber(sql`toInt128(${value})`, wideToDouble(number));
  const million = sql`toInt128(1000000)`;
  return withNumber(
    // The number of millionths.
    sql`reinterpretAsInt128(cast(${value} as decimal(38, 6)))`,
    sql`if(abs(${number}) <= 9007199254740992, toFloat64(${number}) / 1e6,
      ${wideToDouble(sql`intDiv(${number}, ${million})`)} + toFloat64(${number} % ${million}) / 1e6)`,
  );
}

/** Writes `value` once, however often the expression has `number`. */
function withNumber(value: Value, expression: Value): Value {
  return sql`arrayMap(number -> ${expression}, [${value}])[1]`;
}

/** Converts the lower and the upper 64 bits of an Int128. */
function wideToDouble(number: Value): Value {
  const upper = sql`bitShiftRight(${number}, 64)`;
  return sql`if(${upper} = -1, -toFloat64(toUInt64(-1 - ${number})) - 1,
    toFloat64(toUInt64(bitAnd(${number}, toInt128(18446744073709551615)))) + toFloat64(toInt64(${upper})) * 18446744073709551616.)`;
}

/** ClickHouse adds up in the column's own 64 bits, and wraps silently. Decimals are widened to 38 digits. */
function sum(column: Value, type: NumericType): Value {
  if (type === 'float') return sql`sumKahan(${column})`;
  return type === 'integer' ? sql`sum(toInt128(${column}))` : sql`sum(${column})`;
}

/**
 * Interpolates as DuckDB does. quantileExactInclusive keeps all values as well, but adds 1 to the rank
 * before it takes its fraction, which changes the last digits.
 */
function percentile({ column, type, percentile: wanted }: PercentileChoice): Value {
  const values = sql`arraySort(groupArray(${type === 'integer' ? column : toDouble(column, type)}))`;
  const rank = sql`((toFloat64(length(${values})) - 1) * ${percentileShare(wanted)})`;
  const at = (position: Value) => sql`cast(${values}[toInt64(${position}) + 1] as double)`;
  const low = at(sql`floor(${rank})`);
  const high = at(sql`ceil(${rank})`);
  const fraction = sql`(${rank} - floor(${rank}))`;
  return sql`if(empty(${values}), null, ${low} * (1 - ${fraction}) + ${high} * ${fraction})`;
}

function truncate(unit: TimeUnit, timestamp: Value): Value {
  const years = unitYears[unit];
  if (years !== undefined) {
    const year = sql`intDiv(toYear(${timestamp}), ${sql.lit(years)}) * ${sql.lit(years)}`;
    return sql`makeDateTime64(${year}, 1, 1, 0, 0, 0, 0, 3, 'UTC')`;
  }
  // Units from a day on yield a date, which has no time to shift.
  return asMilliseconds(sql`toStartOfInterval(${timestamp}, interval 1 ${sql.raw(unit)}, 'UTC')`);
}

function asMilliseconds(timestamp: Value): Value {
  return sql`toDateTime64(${timestamp}, 3, 'UTC')`;
}

/**
 * Its upper() changes ASCII letters, and upperUTF8() makes two letters of one. Those of the currencies of
 * rates are ASCII. Two letters beyond ASCII have a capital one within.
 */
function upperCurrency(text: Value): Value {
  return sql`upper(replaceAll(replaceAll(${text}, ${sql.lit('ſ')}, 's'), ${sql.lit('ı')}, 'i'))`;
}

/** Looks the rate up in a hash table that each node makes once for a statement. */
function exchangeRate({ currency, day }: RateKey, rates: readonly ExchangeRate[]): Value {
  const missing = sql`cast(null as Nullable(Decimal(14, 10)))`;
  if (rates.length === 0) return missing;
  const keys = textList(rates.map((rate) => `${rate.day} ${rate.currency}`));
  const values = sql`arrayMap(each -> toDecimal64(each, 10), ${textList(rates.map(({ rate }) => rate))})`;
  return sql`transform(concat(toString(${day}), ' ', ifNull(${currency}, '')), ${keys}, ${values}, ${missing})`;
}

/** One literal, because each element of an array would count against the limits of a statement. */
function textList(texts: readonly string[]): Value {
  return sql`splitByChar(',', ${sql.lit(texts.join(','))})`;
}

/** Escapes of JSON.stringify besides those of the backslash and the quote. */
const shortEscapes: Readonly<Record<number, string>> = { 8: 'b', 9: 't', 10: 'n', 12: 'f', 13: 'r' };

/** toJSONString would also escape `/`. Few texts have a control character: only those pay for 32 replacements. */
function jsonText(text: Value): Value {
  const replaced = (from: Value, search: Value, escape: string) =>
    sql`replaceAll(${from}, ${search}, ${sql.lit(escape)})`;
  const backslash = '\\\\';
  const quoted = replaced(replaced(text, sql.lit('\\'), backslash), sql.lit('"'), String.raw`\"`);
  let controlled: Value = quoted;
  for (let code = 0; code < 32; code += 1) {
    const escape = `\\${shortEscapes[code] ?? `u${code.toString(16).padStart(4, '0')}`}`;
    controlled = replaced(controlled, sql`char(${sql.lit(code)})`, escape);
  }
  const hasControl = sql`match(${text}, ${sql.lit(String.raw`[\x00-\x1f]`)})`;
  return sql`concat('"', if(${hasControl}, ${controlled}, ${quoted}), '"')`;
}

/** toString has JavaScript's digits and notation. Only the decimal point is added. */
function floatOutput(float: Value): Value {
  const text = sql`toString(${float})`;
  return sql`multiIf(
    isNull(${float}) or not isFinite(${float}), null,
    ${float} = 0, '0.0',
    match(${text}, '^-?[0-9]+$'), concat(${text}, '.0'),
    match(${text}, '^-?[0-9]+e'), replaceOne(${text}, 'e', '.0e'),
    ${text})`;
}

function refuse(name: string): never {
  throw new Error(`the function "${name}" is not exact, so that its answer would depend on the engine`);
}
