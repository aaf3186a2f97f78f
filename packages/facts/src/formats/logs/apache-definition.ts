import { LogDefinitionError, type LogDefinition, type LogPiece } from './log-definition.ts';
import { identityKind } from './field-kinds.ts';
import { unescapeLogText } from './log-escapes.ts';
import {
  addressVariable,
  callIdVariable,
  epochVariable,
  headerVariable,
  hostVariable,
  logTimeVariable,
  methodVariable,
  pathVariable,
  requestSizeVariable,
  requestVariable,
  responseSizeVariable,
  skipped,
  statusVariable,
  totalTimeVariable,
  uriVariable,
  userVariable,
  type LogVariable,
} from './log-variables.ts';
import { strftimeVariable } from './strftime.ts';

/** `%`, conditions on the status, an argument in braces, and a name. `%U%q` is one target of a request. */
const directive = /%(U%q)|%(?:[<>]|!?\d{3}(?:,\d{3})*)?(?:\{([^}]*)\})?(?:[<>])?(\^[A-Za-z]{2}|[A-Za-z%])/g;
const statement = /^LogFormat\s+"((?:[^"\\]|\\.)*)"(?:\s+\S+)?\s*$/s;

const plain: ReadonlyMap<string, LogVariable> = new Map([
  ['h', addressVariable],
  ['a', addressVariable],
  ['l', skipped(identityKind)],
  ['u', userVariable],
  ['r', requestVariable],
  ['m', methodVariable],
  ['U', pathVariable],
  ['U%q', uriVariable],
  ['s', statusVariable],
  ['b', responseSizeVariable],
  ['B', responseSizeVariable],
  ['O', responseSizeVariable],
  ['I', requestSizeVariable],
  ['D', totalTimeVariable('microseconds', 1_000_000)],
  ['T', totalTimeVariable('seconds', 1)],
  ['v', hostVariable],
  ['V', hostVariable],
  ['L', callIdVariable],
]);
/** Directives whose values facts have no column for. */
const withoutColumn = new Set([
  'A',
  'f',
  'H',
  'k',
  'p',
  'P',
  'q',
  'R',
  'S',
  'X',
  'C',
  'e',
  'n',
  'o',
  'x',
  '^FB',
  '^ti',
  '^to',
]);
const durations: ReadonlyMap<string, LogVariable> = new Map([
  ['s', totalTimeVariable('seconds', 1)],
  ['ms', totalTimeVariable('milliseconds', 1000)],
  ['us', totalTimeVariable('microseconds', 1_000_000)],
]);
const epochs: ReadonlyMap<string, LogVariable> = new Map([
  ['sec', epochVariable('seconds', 1)],
  ['msec', epochVariable('milliseconds', 1000)],
  ['usec', epochVariable('microseconds', 1_000_000)],
]);
const stringEscapes: Readonly<Record<string, string>> = { t: '\t', r: '\r', n: '\n' };

/**
 * Reads a definition in the syntax of Apache's `LogFormat`: the text of the format, with or without
 * backslashes before its quotes, or the whole statement.
 * @throws LogDefinitionError
 */
export function parseApacheDefinition(definition: string): LogDefinition {
  const source = definition.trim();
  const text = (statement.exec(source)?.[1] ?? source).replace(
    /\\(["\\trn])/g,
    (_, character: string) => stringEscapes[character] ?? character,
  );
  const pieces: LogPiece[] = [];
  let end = 0;
  for (const match of text.matchAll(directive)) {
    const [whole, pathWithQuery, argument, name = ''] = match;
    addLiteral(pieces, withoutPercent(text.slice(end, match.index)));
    end = match.index + whole.length;
    if (name === '%') addLiteral(pieces, '%');
    else pieces.push(...piecesOf(whole, pathWithQuery ?? name, argument));
  }
  addLiteral(pieces, withoutPercent(text.slice(end)));
  return { pieces: joinLiterals(pieces), unescape: unescapeLogText, isEscaped: true };
}

function piecesOf(whole: string, name: string, argument: string | undefined): readonly LogPiece[] {
  if (name === 't' && argument === undefined)
    return [{ literal: '[' }, { name: whole, variable: logTimeVariable }, { literal: ']' }];
  return [{ name: whole, variable: variableOf(whole, name, argument) }];
}

/** @throws LogDefinitionError if the directive is unknown. */
function variableOf(whole: string, name: string, argument: string | undefined): LogVariable {
  if (argument !== undefined) {
    if (name === 'i') return headerVariable(argument.toLowerCase());
    if (name === 'e' && argument === 'UNIQUE_ID') return callIdVariable;
    if (name === 't') return timeVariable(whole, argument);
    if (name === 'T') return oneOf(durations, whole, argument);
    // `%{c}a` is the address of the proxy in front of the server.
    if (name === 'a') return skipped(addressVariable.kind);
  }
  const variable = plain.get(name) ?? (withoutColumn.has(name) ? skipped() : undefined);
  if (variable === undefined) throw new LogDefinitionError(`${whole}: unknown directive of LogFormat`);
  return variable;
}

function timeVariable(whole: string, argument: string): LogVariable {
  const format = argument.replace(/^(?:begin|end):/, '');
  if (format.endsWith('_frac')) return skipped();
  return format.includes('%') ? strftimeVariable(whole, format) : oneOf(epochs, whole, format);
}

function oneOf(variables: ReadonlyMap<string, LogVariable>, whole: string, argument: string): LogVariable {
  const variable = variables.get(argument);
  if (variable !== undefined) return variable;
  throw new LogDefinitionError(
    `${whole}: found "${argument}"; expected one of ${[...variables.keys()].join(', ')}`,
  );
}

/** @throws LogDefinitionError if the text has the start of a directive that cannot be read. */
function withoutPercent(text: string): string {
  const start = text.indexOf('%');
  if (start < 0) return text;
  throw new LogDefinitionError(`${text.slice(start, start + 20)}: unknown directive of LogFormat`);
}

function addLiteral(pieces: LogPiece[], literal: string): void {
  if (literal !== '') pieces.push({ literal });
}

function joinLiterals(pieces: readonly LogPiece[]): readonly LogPiece[] {
  const joined: LogPiece[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (last !== undefined && 'literal' in last && 'literal' in piece)
      joined[joined.length - 1] = { literal: last.literal + piece.literal };
    else joined.push(piece);
  }
  return joined;
}
