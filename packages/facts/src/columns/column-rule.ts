import { visible } from '@hourglass/contract/messages';

/**
 * The check of one column type, for both ways to ingest a value. The row checker calls `encode` for
 * each value of a batch; large batches are matched against `plainJson` and converted by DuckDB.
 * Both are made from the same bounds.
 */
export interface ColumnRule {
  /**
   * Encodes a value for PostgreSQL's `COPY … (FORMAT text)`. Null when the value does not fit the
   * column.
   */
  encode(value: unknown): string | null;
  /** Names the accepted values in messages. */
  readonly expected: string;
  /** Returns the message for a value that `encode` refused: `<problem>; expected <what>`. */
  explain(value: unknown): string;
  /**
   * A regular expression over the UTF-8 bytes of a JSON value, with at most one way to match a
   * text. It matches only values that `encode` accepts, but not all of them: rare forms such as
   * exponents are left to `encode`. Whether a time exists and lies within bounds is checked later,
   * by the conversion.
   */
  readonly plainJson: string;
}

export const nullCell = String.raw`\N`;

const maxShownChars = 64;

export function unexpected(value: unknown, expected: string): string {
  return `found ${shown(value)}; expected ${expected}`;
}

/** Shows a refused value in a message with its JSON type, shortened to 64 characters. */
export function shown(value: unknown): string {
  const json = visible(JSON.stringify(value) ?? String(value));
  const type = typeNames[typeof value] ?? (Array.isArray(value) ? 'the array ' : 'the object ');
  return `${type}${json.length > maxShownChars ? `${json.slice(0, maxShownChars)}…` : json}`;
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'the text ',
  number: 'the number ',
  // `true` and `false` name their type.
  boolean: '',
  undefined: '',
};
