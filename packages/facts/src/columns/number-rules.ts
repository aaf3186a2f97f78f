import { unexpected, type ColumnRule } from './column-rule.ts';

/** Maximum digits before and after the decimal point. The column type is `numeric(24,6)`. */
export const decimalDigits = { whole: 18, fraction: 6 };
const decimalLimitExclusive = 10 ** decimalDigits.whole;
const decimalText = String.raw`-?[0-9]{1,${decimalDigits.whole}}(?:\.[0-9]{1,${decimalDigits.fraction}})?`;
const wholeDecimalText = new RegExp(`^${decimalText}$`);
/** Keeps sums and calculations with sums within the range of a double. */
const floatLimitExclusive = 1e100;

export const integerRule: ColumnRule = {
  encode: (value) => (Number.isSafeInteger(value) ? String(value) : null),
  expected: 'a whole number from -(2^53 - 1) to 2^53 - 1',
  explain: (value) => unexpected(value, integerRule.expected),
  plainJson: plainNumber([0]),
};

/** Accepts numbers, and text, in which money travels because it keeps every digit. */
export const decimalRule: ColumnRule = {
  encode(value) {
    if (typeof value === 'string') return wholeDecimalText.test(value) ? value : null;
    if (typeof value !== 'number' || !(Math.abs(value) < decimalLimitExclusive)) return null;
    const text = String(value);
    if (Number.isInteger(value)) return text;
    const fractionDigits = text.length - text.indexOf('.') - 1;
    return text.includes('e') || fractionDigits > decimalDigits.fraction ? null : text;
  },
  expected:
    `a number with at most ${decimalDigits.whole} digits before ` +
    `and ${decimalDigits.fraction} after the decimal point, or text with such a number`,
  explain: (value) => unexpected(value, decimalRule.expected),
  plainJson: `${plainNumber([decimalDigits.fraction, 2, 0])}|"${decimalText}"`,
};

export const floatRule: ColumnRule = {
  encode: (value) =>
    typeof value === 'number' && Math.abs(value) < floatLimitExclusive ? String(value) : null,
  expected: 'a number between -1e100 and 1e100',
  explain: (value) => unexpected(value, floatRule.expected),
  plainJson: plainNumber([10, 6, 0]),
};

export const booleanRule: ColumnRule = {
  encode: (value) => (typeof value === 'boolean' ? String(value) : null),
  expected: 'true or false',
  explain: (value) => unexpected(value, booleanRule.expected),
  plainJson: 'true|false',
};

/**
 * Returns an expression for numbers without an exponent and with at most 15 digits, which a double
 * always preserves. Each step is the maximum number of digits of a fraction, longest first; the
 * other digits may stand before the point.
 */
function plainNumber(fractionSteps: readonly number[]): string {
  const exactDigits = 15;
  let matchedWholeDigits = 0;
  const alternatives = fractionSteps.map((fractionDigits) => {
    const wholeDigits = exactDigits - fractionDigits;
    const whole =
      matchedWholeDigits === 0
        ? `(?:0|[1-9][0-9]{0,${wholeDigits - 1}})`
        : `[1-9][0-9]{${matchedWholeDigits},${wholeDigits - 1}}`;
    matchedWholeDigits = wholeDigits;
    return `-?${whole}${fractionDigits === 0 ? '' : String.raw`(?:\.[0-9]{1,${fractionDigits}})?`}`;
  });
  return alternatives.join('|');
}
