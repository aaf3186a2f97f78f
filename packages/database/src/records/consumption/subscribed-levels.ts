/**
 * Begins a statement about one customer ($2) of an environment ($1) with the tables `customer`, `subscriptions` and `levels`.
 * Samples may come in before the record of their service level, or without any. Which names they have is found with one
 * step in the index for each name: reading a million samples for it would take a second.
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

/** What every row of such a statement begins with. */
export const subscriptionColumns = `
  c.name as "customerName", b.number, b.account_name as "accountName",
  ${utcText('b.start_date')} as "startDate", ${utcText('b.end_date')} as "endDate", l.name as "levelName"`;

/** An expression for RFC 3339 in UTC without zeros at its end, which a JavaScript date could not keep: microseconds. */
export function utcText(column: string): string {
  const text = `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')`;
  return `rtrim(rtrim(${text}, '0'), '.') || 'Z'`;
}

/** An expression for the digits of a decimal without zeros at their end. */
export function digits(expression: string): string {
  return `trim_scale(${expression})::text`;
}
