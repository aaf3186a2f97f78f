import { quoted } from '@hourglass/contract/messages';
import type { LogColumn, LogEntry } from './log-entry.ts';
import { escapeForPattern, textKind, type FieldContext } from './field-kinds.ts';
import { LogDefinitionError, type LogDefinition, type LogPiece } from './log-definition.ts';

/** A line that a format reads. */
export interface LogMatch {
  readonly entry: LogEntry;
  /** Whether the format proves that the line was not cut off, by a quote or bracket at its end. */
  readonly isWhole: boolean;
}

/** The first place at which a line does not fit its format. */
export interface Misfit {
  /** Counted from 1. */
  readonly column: number;
  readonly problem: string;
}

/** A format of log lines. */
export interface LogFormat {
  /** As named in messages. */
  readonly name: string;
  /** The columns that its lines fill. */
  readonly columns: ReadonlySet<LogColumn>;
  /** Variables that are read but fill no column, as in the definition. */
  readonly skippedVariables: readonly string[];
  readonly match: (text: string) => LogMatch | null;
  /** Explains why `match` returned null. */
  readonly explain: (text: string) => Misfit;
}

type Field = Extract<LogPiece, { name: string }>;

/** @throws LogDefinitionError */
export function compileLogFormat(name: string, definition: LogDefinition): LogFormat {
  const { pieces, unescape } = definition;
  checkPieces(pieces);
  const patterns = pieces.map((piece, index) => patternOf(definition, piece, index));
  const fields = pieces.filter((piece): piece is Field => 'name' in piece);
  const line = new RegExp(`^${patterns.join('')}$`, 's');
  const values = fields.map(({ variable }, index) => ({ ...variable, group: index + 1 }));
  const columns = new Set(fields.flatMap(({ variable }) => variable.columns));
  const endsInLiteral = 'literal' in (pieces.at(-1) ?? {});
  const lastQuote = patterns.at(-1) === optionalQuote;

  const match = (text: string): LogMatch | null => {
    const found = line.exec(text);
    if (found === null) return null;
    const entry: LogEntry = {};
    for (const { group, kind, fillColumns } of values) {
      const value = kind.read(found[group] ?? '');
      if (value === undefined) return null;
      fillColumns(entry, typeof value === 'string' ? unescape(value) : value);
    }
    return { entry, isWhole: endsInLiteral && (!lastQuote || found.at(-1) === '"') };
  };
  return {
    name,
    columns,
    skippedVariables: fields.filter(isSkipped).map(({ name }) => name),
    match,
    explain: (text) => explain(text, pieces, patterns),
  };
}

function isSkipped({ variable }: Field): boolean {
  return variable.columns.length === 0;
}

/** @throws LogDefinitionError */
function checkPieces(pieces: readonly LogPiece[]): void {
  for (const [index, piece] of pieces.entries()) {
    const next = pieces[index + 1];
    if ('name' in piece && next !== undefined && 'name' in next)
      throw new LogDefinitionError(
        `found ${piece.name} and ${next.name} with nothing between them; expected a separator`,
      );
  }
  const columns = pieces.flatMap((piece) => ('name' in piece ? piece.variable.columns : []));
  if (!columns.includes('timestamp'))
    throw new LogDefinitionError(
      'found no time; expected one of $time_local, $time_iso8601, $msec, or %t of LogFormat',
    );
  if (columns.length === 1)
    throw new LogDefinitionError(
      'found only a time; expected variables such as $request and $status, or %r and %>s',
    );
}

/** Servers cut long lines off, so the last text in quotes may lack its closing quote. */
const optionalQuote = String.raw`("|\\?)`;

function patternOf({ pieces, isEscaped }: LogDefinition, piece: LogPiece, index: number): string {
  const before = literalAt(pieces, index - 1);
  if ('literal' in piece) {
    const isLastQuote = piece.literal === '"' && index === pieces.length - 1;
    const afterText = isLastQuote && literalAt(pieces, index - 2).endsWith('"') && isEscaped;
    return afterText ? optionalQuote : escapeForPattern(piece.literal);
  }
  const until = literalAt(pieces, index + 1);
  const context: FieldContext = {
    isQuoted: before.endsWith('"') && until.startsWith('"'),
    until,
    isEscaped,
    mayTakeRest: !pieces.some((_, other) => other < index && isWord(pieces, other)),
  };
  return `(${piece.variable.kind.pattern(context)})`;
}

/** Whether the piece is a text that ends at a space. With two of them, a space could belong to either. */
function isWord(pieces: readonly LogPiece[], index: number): boolean {
  const piece = pieces[index];
  if (piece === undefined || 'literal' in piece) return false;
  return piece.variable.kind === textKind && literalAt(pieces, index + 1).startsWith(' ');
}

function literalAt(pieces: readonly LogPiece[], index: number): string {
  const piece = pieces[index];
  return piece !== undefined && 'literal' in piece ? piece.literal : '';
}

const longestShown = 60;

/** Finds the first piece that does not fit, by the longest prefix of the pieces that does. */
function explain(text: string, pieces: readonly LogPiece[], patterns: readonly string[]): Misfit {
  for (let count = patterns.length; count >= 0; count -= 1) {
    const prefix = new RegExp(`^${patterns.slice(0, count).join('')}`, 'ds').exec(text);
    if (prefix === null) continue;
    const invalid = invalidField(prefix, pieces.slice(0, count));
    if (invalid !== null) return invalid;
    return misfitAfter(prefix, pieces, count);
  }
  return { column: 1, problem: `found ${shownAt(text, 0)}; expected ${expectedAt(pieces, 0)}` };
}

/** Returns the first field whose form fits, but not its value, such as the 31st of April. */
function invalidField(prefix: RegExpExecArray, pieces: readonly LogPiece[]): Misfit | null {
  const fields = pieces.filter((piece) => 'name' in piece);
  for (const [index, { variable }] of fields.entries()) {
    const found = prefix[index + 1] ?? '';
    if (variable.kind.read(found) !== undefined) continue;
    const start = prefix.indices?.[index + 1]?.[0] ?? 0;
    return {
      column: start + 1,
      problem: `found ${quoted(found)}; expected ${variable.kind.expected}`,
    };
  }
  return null;
}

/** Explains why `pieces[count]` does not follow a prefix. */
function misfitAfter(prefix: RegExpExecArray, pieces: readonly LogPiece[], count: number): Misfit {
  const text = prefix.input;
  const end = prefix[0].length;
  const expected = expectedAt(pieces, count);
  const last = pieces[count - 1];
  const isCut = expected.startsWith('" ') && end < text.length && text[end] !== ' ';
  if (isCut && last !== undefined && 'name' in last) {
    // The value goes on, so it is the value that has another form.
    const start = prefix.indices?.at(-1)?.[0] ?? 0;
    return {
      column: start + 1,
      problem: `found ${shownAt(text, start)}; expected ${last.variable.kind.expected}`,
    };
  }
  return { column: end + 1, problem: `found ${shownAt(text, end)}; expected ${expected}` };
}

function expectedAt(pieces: readonly LogPiece[], index: number): string {
  const piece = pieces[index];
  if (piece === undefined) return 'the end of the line';
  return 'literal' in piece ? quoted(piece.literal) : piece.variable.kind.expected;
}

/** The text at a place up to the next space. */
function shownAt(text: string, start: number): string {
  if (start >= text.length) return 'the end of the line';
  const rest = text.slice(start, start + longestShown + 1);
  const space = rest.indexOf(' ', 1);
  return quoted(space < 0 ? rest : rest.slice(0, space));
}
