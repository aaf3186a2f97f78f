import { type RawBuilder, sql } from 'kysely';

/**
 * A DOUBLE as both formats write it: the shortest digits that give it back, as JavaScript's numbers are written, and
 * always with a point, so that it cannot be taken for an integer: 149995 is `149995.0`, 1e21 is `1.0e21`, -0 is `0.0`.
 * Null for null and for what JSON has no number for (NaN, Infinity). `withExponent` is a column with `exponentText` of it,
 * which stands here many times: computed in place, it would make a statement that takes longer to plan than to run.
 */
export function floatText(
  float: RawBuilder<unknown>,
  withExponent: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const mantissa = sql`split_part(${withExponent}, 'e', 1)`;
  const digits = sql`replace(${mantissa}, '.', '')`;
  const exponent = sql`cast(split_part(${withExponent}, 'e', 2) as integer)`;
  // JavaScript begins with an exponent at 1e21 and below 1e-6.
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

/** What DuckDB writes with an exponent, without its sign, like `1e+16` or `1.5e-05`. Null for other floats, which are most. */
export function exponentText(float: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`case
    when isfinite(${float}) and (abs(${float}) >= 1e16 or abs(${float}) < 1e-4) then ${shortestText(sql`abs(${float})`)}
    end`;
}

/**
 * DuckDB has one digit too many or more for some values of 2^84 to 2^85, as 2.7648000000000002e+25: fewer are tried where it
 * writes all 17 that a double can need.
 */
function shortestText(float: RawBuilder<unknown>): RawBuilder<unknown> {
  const text = sql`cast(${float} as varchar)`;
  const withFewer = [15, 16].map((digits) => {
    const rounded = sql`printf(${sql.lit(`%.${digits - 1}e`)}, ${float})`;
    return sql`when cast(${rounded} as double) = ${float} then regexp_replace(${rounded}, '\\.?0*e', 'e')`;
  });
  return sql`case when length(split_part(${text}, 'e', 1)) < 18 then ${text} ${sql.join(withFewer, sql` `)} else ${text} end`;
}
