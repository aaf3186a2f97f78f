import { type Expression, type OperationNode, type RawBuilder, RawNode, sql } from 'kysely';
import type { NumericType } from '../../catalogue/dataset.ts';
import type { PlainPattern } from '../../filter/like-pattern.ts';
import type { TimeRange, TimeUnit } from '../../plan/plan.ts';

type Value = Expression<unknown>;

/** Percentiles of one column that share their sorted values, from 0 to 100, and the one that is meant. */
export interface PercentileChoice {
  readonly column: Value;
  readonly type: NumericType;
  readonly percentiles: readonly number[];
  readonly percentile: number;
}

/** Finds the exchange rate of a fact. */
export interface RateKey {
  /** In upper case. */
  readonly currency: Value;
  /** DATE, in UTC. */
  readonly day: Value;
}

/**
 * The operations that engines write differently. Compile functions build statements without knowing
 * the engine; `compileStatement` asks its dialect to write these. Timestamps are in UTC without a
 * zone, with at least milliseconds.
 */
export interface Dialect {
  /** Writes the parameter with this number, from 1. */
  placeholder(number: number, value: unknown): string;
  /** Escapes the text of a literal, without its quotes. */
  escapeLiteral(text: string): string;

  /** Returns the engine's name of a column or relation. */
  identifier(name: string): string;

  /** The relation with the facts, for `from`. */
  readonly facts: Value;
  /** The same with what `exchangeRate` needs. */
  factsWithRates(key: RateKey): Value;
  /** The rate of a fact of `factsWithRates`, DECIMAL(14,10). Null if there is none. */
  exchangeRate(key: RateKey): Value;
  /** Condition of the facts within a range. */
  isInRange(range: TimeRange): Value;
  /**
   * The key of facts by a stored text, whose `shownText` is the shown one: a missing value and the text "(not set)"
   * have the same key, which is null or that text.
   */
  textKey(column: string): Value;
  /** Condition of facts that are not deleted, although the files of the relation still have them. Null: all are. */
  readonly isVisible: Value | null;
  /** A relation for `from` with the column `number`: 0 to `count` - 1. */
  numbers(count: number): Value;

  /** An integer type that holds a sum and its product with an operand. */
  readonly wideInteger: Value;
  /** Casts a number to DOUBLE, with DuckDB's digits also beyond 2^53. */
  toDouble(value: Value, type: NumericType): Value;
  /** Exact for integers and decimals; floats are added up with the rounding error carried along (Kahan). */
  sum(column: Value, type: NumericType): Value;
  percentile(choice: PercentileChoice): Value;
  approxPercentile(choice: PercentileChoice): Value;
  approxCountDistinct(value: Value): Value;
  /** Multiplies a decimal exactly. */
  hundredfold(value: Value): Value;
  divideWhole(value: Value, divisor: Value): Value;
  /** Rounds a decimal to millionths, halves away from zero: DECIMAL(28,6). */
  toMillionths(value: Value): Value;

  /** A parameter. */
  timestamp(ms: number): Value;
  /**
   * A literal: a statement repeats its group keys, and DuckDB treats equal expressions with different
   * parameters as different keys.
   */
  timestampLiteral(ms: number): Value;
  truncate(unit: TimeUnit, timestamp: Value): Value;
  truncateToMillisecond(timestamp: Value): Value;
  addMilliseconds(timestamp: Value, ms: Value): Value;
  /** Adds the same time to every timestamp. */
  addOffset(timestamp: Value, offsetMs: number): Value;
  addMonths(timestamp: Value, months: Value): Value;
  /** The number of boundaries of the unit between two timestamps. */
  difference(unit: 'millisecond' | 'month', start: Value, end: Value): Value;
  /** Milliseconds since 1970, BIGINT. */
  epochMs(timestamp: Value): Value;
  dayOfMonth(timestamp: Value): Value;
  date(timestamp: Value): Value;
  /** `format` has the codes of strftime: `%Y %m %d %H %M %S %a`. */
  formatTime(timestamp: Value, format: string): Value;
  /** Formats as `YYYY-MM-DD HH:MM:SS.mmm UTC`. */
  formatMillisecond(timestamp: Value): Value;

  upperCase(text: Value): Value;
  contains(text: Value, character: string): Value;
  /** Whether the text has another one at a place. That one is a parameter. */
  hasText(text: Value, wanted: PlainPattern): Value;
  /** Whether RE2 finds the pattern in the text. The pattern is a literal. */
  findsPattern(text: Value, pattern: string): Value;
  /** Whether RE2 matches the whole text; a dot also matches line ends. The pattern is a parameter. */
  matchesWhole(text: Value, pattern: string): Value;
  /** 1.5, not 1.500000. */
  decimalText(value: Value): Value;
  /** 2, not 2.0. */
  floatText(value: Value): Value;
  /** Writes a text as a JSON string. Null stays null. */
  jsonText(text: Value): Value;
  /** Rewrites the escapes in compact JSON of `jsonText` to those of JSON.stringify. */
  javaScriptEscapes(json: Value): Value;
  /**
   * Writes a DOUBLE with the shortest digits that read back as the same number, in JavaScript's notation
   * and with a decimal point; null for null, NaN and Infinity. `prepared` is a column with `preparedFloat`
   * of the float.
   */
  floatOutput(float: Value, prepared: Value): Value;
  preparedFloat(float: Value): Value;
}

type Write = (dialect: Dialect) => Value;

interface DialectNode extends RawNode {
  readonly write: Write;
}

/** An expression that the dialect writes when the statement is compiled. */
export function inDialect<T = unknown>(write: Write): RawBuilder<T> {
  return sql<T>`${new DialectExpression(write)}`;
}

/** Returns what a node of `inDialect` is in a dialect, or null for any other node. */
export function writtenNode(node: RawNode, dialect: Dialect): OperationNode | null {
  return isDialectNode(node) ? node.write(dialect).toOperationNode() : null;
}

class DialectExpression implements Expression<unknown> {
  private readonly write: Write;

  constructor(write: Write) {
    this.write = write;
  }

  get expressionType(): undefined {
    return undefined;
  }

  toOperationNode(): DialectNode {
    // No engine accepts the text, which a compiler without a dialect would write.
    return { ...RawNode.createWithSql('expression without a dialect'), write: this.write };
  }
}

function isDialectNode(node: RawNode): node is DialectNode {
  return 'write' in node;
}
