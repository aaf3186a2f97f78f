import { readExactNumber } from './exact-number.ts';

/**
 * Matches at the start of a number that may have lost digits. JSON without a match needs no further
 * search.
 */
const manyDigits = /[:,[\s-]\d(?:[\d.]{15}|[\d.]*[eE][+-]?\d{3})/;
const stringOrNumber = /"(?:[^"\\]+|\\.)*"|-?\d[\d.eE+-]*/g;

/** The fault of the first number in valid JSON that `JSON.parse` rounds; null without one. */
export function inexactNumberFault(json: string): string | null {
  if (!manyDigits.test(json)) return null;
  for (const [token] of json.matchAll(stringOrNumber)) {
    if (token.startsWith('"') || readExactNumber(token) !== null) continue;
    const shown = token.length > 40 ? `${token.slice(0, 40)}…` : token;
    return `the number ${shown} would lose digits; expected at most 15 significant digits, or text for a decimal`;
  }
  return null;
}
