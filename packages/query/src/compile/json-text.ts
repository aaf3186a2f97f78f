import { type RawBuilder, sql } from 'kysely';

/** Writes a VARCHAR as a JSON string with DuckDB's escapes. Null stays null. */
export function jsonText(text: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`cast(to_json(${text}) as varchar)`;
}

/**
 * Rewrites the escapes in compact JSON of `jsonText` to those of JSON.stringify: DuckDB writes
 * U+000B as `\u000B`, JavaScript as `\u000b`. JSON with such an escape, which is rare, is split
 * into escapes and other text, so that an escaped backslash before `u000B` stays unchanged.
 */
export function javaScriptEscapes(json: RawBuilder<unknown>): RawBuilder<unknown> {
  const pieces = sql`regexp_extract_all(${json}, '\\\\u[0-9A-F]{4}|\\\\.|[^\\\\]+')`;
  const lowered = sql`lambda piece: case when starts_with(piece, '\\u') then lower(piece) else piece end`;
  return sql`case
    when contains(${json}, '\\u00') then array_to_string(list_transform(${pieces}, ${lowered}), '')
    else ${json} end`;
}
