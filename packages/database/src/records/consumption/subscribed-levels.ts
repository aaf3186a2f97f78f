/**
 * The WITH clause of a statement about one customer ($2) of an environment ($1): `customer`,
 * `subscriptions` and `levels`. Samples may exist without a record of their service level, so the
 * names are also collected from the samples. One index probe finds each name: reading a million
 * samples instead would take a second.
 */
export const subscribedLevels = `
  with recursive customer as (
    select id, name from consumption_customers where environment_id = $1 and id = $2
  ), subscriptions as (
    select b.number, b.account_name, b.start_date, b.end_date
      from consumption_subscriptions b
      join customer c on c.id = b.customer_id
     where b.environment_id = $1
  ), sampled (subscription, name) as (
    select b.number, (select min(s.service_level)
                        from consumption_samples s
                       where s.environment_id = $1 and s.subscription = b.number)
      from subscriptions b
     union all
    select p.subscription, (select min(s.service_level)
                              from consumption_samples s
                             where s.environment_id = $1 and s.subscription = p.subscription
                               and s.service_level > p.name)
      from sampled p
     where p.name is not null
  ), levels as (
    select subscription, name from sampled where name is not null
     union
    select l.subscription, l.name
      from consumption_service_levels l
      join subscriptions b on b.number = l.subscription
     where l.environment_id = $1
  )`;

/** The first columns of such a statement. */
export const subscriptionColumns = `
  c.name as "customerName", b.number, b.account_name as "accountName",
  ${utcText('b.start_date')} as "startDate", ${utcText('b.end_date')} as "endDate", l.name as "levelName"`;

/**
 * Makes an expression for RFC 3339 in UTC with microseconds, which a JavaScript date cannot keep,
 * and no trailing zeros.
 */
export function utcText(column: string): string {
  const text = `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')`;
  return `rtrim(rtrim(${text}, '0'), '.') || 'Z'`;
}

/** Makes an expression for the text of a decimal without trailing zeros. */
export function decimalText(expression: string): string {
  return `trim_scale(${expression})::text`;
}
