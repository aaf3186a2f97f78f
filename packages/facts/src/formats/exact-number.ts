/** A double always preserves 15 digits. */
const shortLiteral = /^-?[\d.]{1,15}$/;
const wholeLiteral = /^-?\d+(?:\.\d+)?$/;
const literalParts = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/**
 * Reads a decimal literal. Returns null if it is not one, or has more digits than a JavaScript
 * number preserves: `9007199254740993` would silently become `…992`.
 */
export function readExactNumber(literal: string): number | null {
  const value = Number(literal);
  if (shortLiteral.test(literal)) return wholeLiteral.test(literal) ? value : null;
  const canonicalLiteral = canonical(literal);
  if (canonicalLiteral === null || !Number.isFinite(value)) return null;
  return canonicalLiteral === canonical(String(value)) ? value : null;
}

/**
 * Returns sign, digits without zeros at either end, and power of ten. Equal decimals have equal
 * canonical forms.
 */
function canonical(literal: string): string | null {
  const parts = literalParts.exec(literal);
  if (parts === null) return null;
  const [, sign, whole = '', fraction = '', exponent = '0'] = parts;
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  const power = Number(exponent) - fraction.length + digits.length - significant.length;
  return `${sign === '-' ? '-' : ''}${significant}e${power}`;
}
