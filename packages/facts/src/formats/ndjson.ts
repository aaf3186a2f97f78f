import { readExactNumber } from './exact-number.ts';
import type { Line } from './lines.ts';
import type { RawFact } from './raw-fact.ts';

/** In a line without it no number can have lost digits, and the line need not be searched. Begins where a number of JSON can. */
const manyDigits = /[:,[\s-]\d(?:[\d.]{15}|[\d.]*[eE][+-]?\d{3})/;
const stringOrNumber = /"(?:[^"\\]+|\\.)*"|-?\d[\d.eE+-]*/g;

/** One JSON object per line. A number that would lose digits is a fault, never rounded. */
export function parseNdjsonLine(line: Line): RawFact {
  if ('fault' in line) return line;
  let value: unknown;
  try {
    value = JSON.parse(line.text);
  } catch (error) {
    return { line: line.line, fault: `the line is not JSON: ${reasonOf(error)}` };
  }
  if (!isObject(value)) {
    return { line: line.line, fault: `the line must be a JSON object; it is ${describe(value)}` };
  }
  if (manyDigits.test(line.text)) {
    const lost = inexactNumber(line.text);
    if (lost !== null) {
      return { line: line.line, fault: `the number ${lost} has more digits than can be kept` };
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
