import { type RawBuilder, sql } from 'kysely';

/**
 * A DOUBLE as both formats write it: the shortest digits that give it back, as JavaScript's numbers are written, and
 * always with a point, so that it cannot be taken for an integer: 149995 is `149995.0`, 1e21 is `1.0e21`, -0 is `0.0`.
 * Null for null and for what JSON has no number for (NaN, Infinity).
 */
export function floatText(float: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`case
    when ${float} = 0 then '0.0'
    when abs(${float}) >= 1e-4 and abs(${float}) < 1e16 then cast(${float} as varchar)
    when isfinite(${float}) then concat(case when ${float} < 0 then '-' else '' end, ${exponentText(sql`abs(${float})`)})
    end`;
}

/**
 * Of a positive float that DuckDB writes with an exponent, like `1e+16` or `1.5e-05`. JavaScript begins with that at
 * 1e21 and below 1e-6.
 */
function exponentText(float: RawBuilder<unknown>): RawBuilder<unknown> {
  const text = shortestText(float);
  const mantissa = sql`split_part(${text}, 'e', 1)`;
  const digits = sql`replace(${mantissa}, '.', '')`;
  const exponent = sql`cast(split_part(${text}, 'e', 2) as integer)`;
  return sql`case
    when ${float} >= 1e21 or ${float} < 1e-6
      then concat(${mantissa}, case when contains(${mantissa}, '.') then '' else '.0' end, 'e', ${exponent})
    when ${float} >= 1 then concat(rpad(${digits}, ${exponent} + 1, '0'), '.0')
    else concat('0.', repeat('0', -1 - ${exponent}), ${digits}) end`;
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
