import { readExactNumber } from './exact-number.ts';
import type { Line } from './lines.ts';
import type { RawFact } from './raw-fact.ts';

/**
 * Matches at the start of a number that may have lost digits. Lines without a match need no further
 * search.
 */
const manyDigits = /[:,[\s-]\d(?:[\d.]{15}|[\d.]*[eE][+-]?\d{3})/;
const stringOrNumber = /"(?:[^"\\]+|\\.)*"|-?\d[\d.eE+-]*/g;

/**
 * Parses one JSON object. A number that would lose digits is a fault; numbers are never rounded.
 */
export function parseNdjsonLine(line: Line): RawFact {
  if ('fault' in line) return line;
  let value: unknown;
  try {
    value = JSON.parse(line.text);
  } catch (error) {
    return { line: line.line, fault: `not JSON: ${reasonOf(error)}; expected a JSON object` };
  }
  if (!isObject(value)) {
    return { line: line.line, fault: `found ${describe(value)}; expected a JSON object` };
  }
  if (manyDigits.test(line.text)) {
    const lost = inexactNumber(line.text);
    if (lost !== null) {
      return {
        line: line.line,
        fault: `the number ${lost} would lose digits; expected at most 15 significant digits`,
      };
    }
  }
  return { line: line.line, value };
}

function inexactNumber(json: string): string | null {
  for (const [token] of json.matchAll(stringOrNumber)) {
    if (!token.startsWith('"') && readExactNumber(token) === null) {
      return token.length > 40 ? `${token.slice(0, 40)}…` : token;
    }
  }
  return null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
