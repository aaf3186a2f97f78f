import { LogDefinitionError, type LogDefinition, type LogPiece } from './log-definition.ts';
import { unescapeJsonText, unescapeLogText, verbatim } from './log-escapes.ts';
import { nginxVariable, uriVariable } from './log-variables.ts';

const statement = /^log_format\s+\S+\s+/;
const escapeParameter = /^['"]?escape=(\w+)['"]?\s+/;
const quotedString = /\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*/sy;
/** `$is_args` is `?` if there are arguments, so the three variables are one target of a request. */
const variable = /\$(uri\$is_args\$args)\b|\$\{(\w+)\}|\$(\w+)/g;
const escapes: ReadonlyMap<string, Pick<LogDefinition, 'unescape' | 'isEscaped'>> = new Map([
  ['default', { unescape: unescapeLogText, isEscaped: true }],
  ['json', { unescape: unescapeJsonText, isEscaped: true }],
  ['none', { unescape: verbatim, isEscaped: false }],
]);

/**
 * Reads a definition in the syntax of NGINX's `log_format`: the text of the format, its strings in
 * single quotes, or the whole statement.
 * @throws LogDefinitionError
 */
export function parseNginxDefinition(definition: string): LogDefinition {
  const source = definition.trim();
  const isStatement = statement.test(source);
  const parameters = source.replace(statement, '');
  const style = escapeParameter.exec(parameters)?.[1] ?? 'default';
  const escape = escapes.get(style);
  if (escape === undefined)
    throw new LogDefinitionError(`found escape=${style}; expected default, json or none`);
  const strings = parameters.replace(escapeParameter, '');
  // Without the statement, double quotes around a text belong to the format.
  const text = isStatement || strings.startsWith("'") ? joinStrings(strings) : strings;
  return { pieces: piecesOf(unescapeString(text)), ...escape };
}

/** Joins adjacent strings as NGINX does. */
function joinStrings(source: string): string {
  const strings = source.replace(/;\s*$/, '');
  let joined = '';
  quotedString.lastIndex = 0;
  while (quotedString.lastIndex < strings.length) {
    const start = quotedString.lastIndex;
    const match = quotedString.exec(strings);
    if (match === null)
      throw new LogDefinitionError(`found ${strings.slice(start, start + 40)}; expected text in quotes`);
    joined += match[1] ?? match[2] ?? '';
  }
  return joined;
}

const stringEscapes: Readonly<Record<string, string>> = { t: '\t', r: '\r', n: '\n' };

function unescapeString(text: string): string {
  return text.replace(/\\(["'\\trn])/g, (_, character: string) => stringEscapes[character] ?? character);
}

function piecesOf(text: string): readonly LogPiece[] {
  const pieces: LogPiece[] = [];
  let end = 0;
  for (const match of text.matchAll(variable)) {
    const [whole, uriWithArguments, braced, plain] = match;
    if (match.index > end) pieces.push({ literal: text.slice(end, match.index) });
    end = match.index + whole.length;
    const name = uriWithArguments ?? braced ?? plain ?? '';
    const known = uriWithArguments === undefined ? nginxVariable(name) : uriVariable;
    pieces.push({ name: `$${name}`, variable: known });
  }
  if (end < text.length) pieces.push({ literal: text.slice(end) });
  return pieces;
}
