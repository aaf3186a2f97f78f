/**
 * Names the cause of a win over ClickHouse, from the times of ClickHouse over those of Hourglass: `limit` if there is no win
 * without the limit, `engine` if at least half of it is left, both in between, `partials` if only a repeated report
 * wins. Empty: no win. Null for `whole`: the shape has no limit, for `repeated`: it reads no partials.
 */
export function causeOf({ limited, whole, repeated }) {
  if (limited <= 1) return repeated !== null && repeated > 1 ? 'partials' : '';
  if (whole === null) return 'engine';
  if (whole <= 1) return 'limit';
  return whole < limited / 2 ? 'limit, engine' : 'engine';
}
