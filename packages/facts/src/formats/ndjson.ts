import { repeatedMessage, repeatedNames } from '@hourglass/contract/reading';
import { inexactNumberFault } from './inexact-number.ts';
import type { Line } from './lines.ts';
import type { RawFact } from './raw-fact.ts';

const quote = 0x22;
const space = 0x20;
/** As in the bodies of other requests. */
const maxDepth = 32;

/**
 * Parses one JSON object. A number that would lose digits is a fault, and so is a name that occurs
 * twice: nothing is rounded or dropped.
 */
export function parseNdjsonLine(line: Line): RawFact {
  if ('fault' in line) return line;
  if (nestsTooDeep(line.text)) {
    return { line: line.line, fault: `nested more than ${maxDepth} deep; expected a JSON object` };
  }
  let value: unknown;
  try {
    value = JSON.parse(line.text);
  } catch (error) {
    return { line: line.line, fault: `not JSON: ${reasonOf(error)}; expected a JSON object` };
  }
  if (!isObject(value)) {
    return { line: line.line, fault: `found ${describe(value)}; expected a JSON object` };
  }
  if (mayRepeatNames(line.text, value)) {
    const [field] = repeatedNames(line.text, 1);
    if (field !== undefined) return { line: line.line, field, fault: repeatedMessage };
  }
  const lost = inexactNumberFault(line.text);
  if (lost !== null) return { line: line.line, fault: lost };
  return { line: line.line, value };
}

/** Walking or printing a value that is nested thousands deep exhausts the stack. */
function nestsTooDeep(json: string): boolean {
  // Most facts are flat, and these searches take a hundredth of the time of parsing.
  if (json.lastIndexOf('{') <= 0 && !json.includes('[')) return false;
  let depth = 0;
  let isInText = false;
  for (let index = 0; index < json.length; index += 1) {
    const character = json[index];
    if (isInText && character === '\\') index += 1;
    else if (character === '"') isInText = !isInText;
    else if (isInText) continue;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    if (depth > maxDepth) return true;
  }
  return false;
}

/**
 * Whether a name of the object may occur twice. Each name is a quote before a colon, so as many of
 * these as the parsed object has names are names, each once. Takes a tenth of the time of parsing.
 */
function mayRepeatNames(json: string, value: object): boolean {
  let quotesBeforeColons = 0;
  for (let colon = json.indexOf(':'); colon !== -1; colon = json.indexOf(':', colon + 1)) {
    const before = json.charCodeAt(colon - 1);
    if (before === quote) quotesBeforeColons += 1;
    // Space between a name and its colon, as few serializers write it.
    else if (before <= space) return true;
  }
  return quotesBeforeColons !== Object.keys(value).length;
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
