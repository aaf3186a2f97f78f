import { type RawBuilder, sql } from 'kysely';

/** What JSON.stringify escapes in a text without lone surrogates, which SQL does not have. The backslash goes first. */
const escaped = ['\\', '"', ...Array.from({ length: 0x20 }, (_, code) => String.fromCharCode(code))];

/**
 * A VARCHAR as the JSON string that JSON.stringify makes of it. Null for null.
 *
 * DuckDB's own `to_json` is fast, but writes U+000B as `\u000B` where JavaScript writes `\u000b`: a text with such
 * an escape, and the rare one that has a backslash before `u00`, is written by replacing.
 */
export function jsonText(text: RawBuilder<unknown>): RawBuilder<unknown> {
  const json = sql`cast(to_json(${text}) as varchar)`;
  const replaced = escaped.reduce(
    (escapedText, character) =>
      sql`replace(${escapedText}, chr(${sql.lit(character.charCodeAt(0))}), ${sql.lit(JSON.stringify(character).slice(1, -1))})`,
    text,
  );
  return sql`case
    when contains(${json}, '\\u00') then concat('"', ${replaced}, '"')
    else ${json} end`;
}
