/**
 * A float as both formats write it: a JSON number that cannot be taken for an integer. 149995 is `149995.0`,
 * 1e21 is `1.0e21`, -0 is `0.0`. Null for what JSON has no number for (NaN, Infinity).
 */
export function floatText(value: number): string | null {
  if (!Number.isFinite(value)) return null;
  const shortest = String(value);
  if (Number.isInteger(value) && !shortest.includes('e')) return `${shortest}.0`;
  const [mantissa = shortest, exponent] = shortest.split('e');
  if (exponent === undefined) return shortest;
  const fraction = mantissa.includes('.') ? '' : '.0';
  return `${mantissa}${fraction}e${exponent.replace('+', '')}`;
}
