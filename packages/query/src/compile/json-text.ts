import { type RawBuilder, sql } from 'kysely';

/** What JSON.stringify escapes in a text without lone surrogates, which SQL does not have. The backslash goes first. */
const escaped = ['\\', '"', ...Array.from({ length: 0x20 }, (_, code) => String.fromCharCode(code))];

/** A VARCHAR as the JSON string that JSON.stringify makes of it. Null for null. */
export function jsonText(text: RawBuilder<unknown>): RawBuilder<unknown> {
  const replaced = escaped.reduce(
    (escapedText, character) =>
      sql`replace(${escapedText}, chr(${sql.lit(character.charCodeAt(0))}), ${sql.lit(JSON.stringify(character).slice(1, -1))})`,
    text,
  );
  return sql`'"' || ${replaced} || '"'`;
}

/**
 * The same by DuckDB's own `to_json`, which is ten times as fast but writes U+000B as `\u000B` where JavaScript writes
 * `\u000b`: what `mayDiffer` finds in it has such an escape, or the rare backslash before `u00`.
 */
export function fastJsonText(text: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`cast(to_json(${text}) as varchar)`;
}

/** Whether there may be an escape in the JSON that `fastJsonText` makes otherwise than `jsonText`. */
export function mayDiffer(json: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`contains(${json}, '\\u00')`;
}
