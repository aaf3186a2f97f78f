import { type Expression, type RawBuilder, sql } from 'kysely';

/**
 * Writes a float as `Dialect.floatOutput` describes.
 *
 * `withExponent` is a column with `exponentText` of the float. Repeating that expression here would
 * make the statement take longer to plan than to run.
 */
export function duckdbFloatText(
  float: Expression<unknown>,
  withExponent: Expression<unknown>,
): RawBuilder<unknown> {
  const mantissa = sql`split_part(${withExponent}, 'e', 1)`;
  const digits = sql`replace(${mantissa}, '.', '')`;
  const exponent = sql`cast(split_part(${withExponent}, 'e', 2) as integer)`;
  // JavaScript writes an exponent from 1e21 on and below 1e-6.
  return sql`case
    when ${float} = 0 then '0.0'
    when not isfinite(${float}) then null
    when ${withExponent} is null then cast(${float} as varchar)
    else concat(case when ${float} < 0 then '-' else '' end, case
      when abs(${float}) >= 1e21 or abs(${float}) < 1e-6
        then concat(${mantissa}, case when contains(${mantissa}, '.') then '' else '.0' end, 'e', ${exponent})
      when abs(${float}) >= 1 then concat(rpad(${digits}, ${exponent} + 1, '0'), '.0')
      else concat('0.', repeat('0', -1 - ${exponent}), ${digits}) end)
    end`;
}

/**
 * Writes floats that DuckDB writes with an exponent, without the sign, such as `1e+16` or
 * `1.5e-05`. Others are null.
 */
export function exponentText(float: Expression<unknown>): RawBuilder<unknown> {
  return sql`case
    when isfinite(${float}) and (abs(${float}) >= 1e16 or abs(${float}) < 1e-4) then ${shortestText(sql`abs(${float})`)}
    end`;
}

/**
 * Works around superfluous digits that DuckDB writes for some values from 2^84 to 2^85, such as
 * 2.7648000000000002e+25: if it writes all 17 digits that a double can need, 15 and 16 are tried.
 */
function shortestText(float: Expression<unknown>): RawBuilder<unknown> {
  const text = sql`cast(${float} as varchar)`;
  const withFewer = [15, 16].map((digits) => {
    const rounded = sql`printf(${sql.lit(`%.${digits - 1}e`)}, ${float})`;
    return sql`when cast(${rounded} as double) = ${float} then regexp_replace(${rounded}, '\\.?0*e', 'e')`;
  });
  return sql`case when length(split_part(${text}, 'e', 1)) < 18 then ${text} ${sql.join(withFewer, sql` `)} else ${text} end`;
}
