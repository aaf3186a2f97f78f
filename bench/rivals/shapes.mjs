// The twelve reports, each as a client asks Hourglass for it and as SQL of each rival, written as one would write it there.
// `{range}` in SQL stands for the environment and the time range of the request.

const wholeMonth = { start: '2025-11-01T00:00:00Z', end: '2025-12-01T00:00:00Z' };
const tenthOfMonth = { start: '2025-11-12T00:00:00Z', end: '2025-11-15T00:00:00Z' };
const lastHour = { start: '2025-11-30T23:00:00Z', end: '2025-12-01T00:00:00Z' };
/** Of the contract's examples. */
const november = { start: '2025-11-01T11:00:00Z', end: '2025-11-30T11:00:00Z' };

const calls = { name: 'message_count', function: 'sum' };
const averageTime = { name: 'total_response_time', function: 'avg' };
const byMinute = { dimensions: ['apiproxy'], groupByTimeUnit: 'minute', limit: 1000 };

const perMinutePostgres = (metrics, { where = '', limit = 1000 } = {}) => `
  select ${metrics}, apiproxy, date_trunc('minute', "timestamp") as minute
    from facts where {range} ${where}
   group by apiproxy, minute order by minute, apiproxy limit ${limit}`;
const perMinuteClickHouse = (metrics, { where = '', limit = 1000 } = {}) => `
  select ${metrics}, apiproxy, toStartOfMinute(timestamp) as minute
    from facts where {range} ${where}
   group by apiproxy, minute order by minute, apiproxy limit ${limit}`;
const exceptTheBusiest = `and apiproxy <> 'accounts-v1' and apiproxy <> 'orders-v1'`;

export const shapes = [
  {
    name: 'example 1: minute × proxy, an hour',
    request: { ...byMinute, metrics: [calls], timeRange: lastHour },
    postgres: perMinutePostgres('count(*)'),
    clickhouse: perMinuteClickHouse('count()'),
  },
  {
    name: 'example 2: minute × proxy, average',
    request: { ...byMinute, metrics: [calls, averageTime], timeRange: november },
    postgres: perMinutePostgres('count(*), avg(total_response_time)'),
    clickhouse: perMinuteClickHouse('count(), avg(total_response_time)'),
  },
  {
    name: 'example 3: minute × proxy, rate',
    request: { ...byMinute, metrics: [{ name: 'tpm' }], timeRange: november },
    postgres: perMinutePostgres('count(*)::float8'),
    clickhouse: perMinuteClickHouse('toFloat64(count())'),
  },
  {
    name: 'example 4: minute × proxy, filter',
    request: {
      ...byMinute,
      metrics: [calls, averageTime],
      timeRange: november,
      filter: "(apiproxy ne 'accounts-v1') and (apiproxy ne 'orders-v1')",
    },
    postgres: perMinutePostgres('count(*), avg(total_response_time)', { where: exceptTheBusiest }),
    clickhouse: perMinuteClickHouse('count(), avg(total_response_time)', { where: exceptTheBusiest }),
  },
  {
    name: 'example 5: minute × proxy, operator',
    request: {
      ...byMinute,
      metrics: [{ ...calls, operator: '/', value: '7' }],
      timeRange: lastHour,
      limit: 10,
    },
    postgres: perMinutePostgres('count(*) / 7.0::float8', { limit: 10 }),
    clickhouse: perMinuteClickHouse('count() / 7', { limit: 10 }),
  },
  {
    name: 'one group: five metrics',
    request: {
      metrics: [
        calls,
        { name: 'is_error', function: 'sum' },
        averageTime,
        { name: 'total_response_time', function: 'max' },
        { name: 'response_size', function: 'sum' },
      ],
      timeRange: wholeMonth,
    },
    postgres: `
      select count(*), count(*) filter (where response_status_code >= 400), avg(total_response_time),
             max(total_response_time), sum(response_size)
        from facts where {range}`,
    clickhouse: `
      select count(), countIf(response_status_code >= 400), avg(total_response_time),
             max(total_response_time), sum(response_size)
        from facts where {range}`,
  },
  {
    name: 'verb × status, a tenth of the time',
    request: {
      metrics: [calls, averageTime, { name: 'total_response_time', function: 'max' }],
      dimensions: ['request_verb', 'response_status_code'],
      timeRange: tenthOfMonth,
    },
    postgres: `
      select count(*), avg(total_response_time), max(total_response_time), request_verb, response_status_code
        from facts where {range}
       group by request_verb, response_status_code order by request_verb, response_status_code`,
    clickhouse: `
      select count(), avg(total_response_time), max(total_response_time), request_verb, response_status_code
        from facts where {range}
       group by request_verb, response_status_code order by request_verb, response_status_code`,
  },
  {
    name: 'day: distinct counts',
    request: {
      metrics: [{ name: 'developer_count' }, { name: 'app_count' }, { name: 'user_count' }],
      groupByTimeUnit: 'day',
      timeRange: wholeMonth,
    },
    postgres: `
      select count(distinct developer), count(distinct developer_app), count(distinct client_ip),
             date_trunc('day', "timestamp") as day
        from facts where {range} group by day order by day`,
    clickhouse: `
      select uniqExact(developer), uniqExact(developer_app), uniqExact(client_ip),
             toStartOfDay(timestamp) as day
        from facts where {range} group by day order by day`,
  },
  {
    name: 'hour × proxy, failures only',
    request: {
      metrics: [calls, { name: 'target_response_time', function: 'avg' }],
      dimensions: ['apiproxy'],
      groupByTimeUnit: 'hour',
      timeRange: wholeMonth,
      filter: '(response_status_code ge 500)',
      limit: 10_000,
    },
    postgres: `
      select count(*), avg(target_response_time), apiproxy, date_trunc('hour', "timestamp") as hour
        from facts where {range} and response_status_code >= 500
       group by apiproxy, hour order by hour, apiproxy limit 10000`,
    clickhouse: `
      select count(), avg(target_response_time), apiproxy, toStartOfHour(timestamp) as hour
        from facts where {range} and response_status_code >= 500
       group by apiproxy, hour order by hour, apiproxy limit 10000`,
  },
  {
    name: 'client address, pattern',
    request: {
      metrics: [calls, { name: 'response_size', function: 'sum' }],
      dimensions: ['client_ip'],
      timeRange: wholeMonth,
      filter: "(request_verb in 'GET','POST') and (useragent like '%Android%')",
      limit: 1000,
    },
    postgres: `
      select count(*), sum(response_size), client_ip
        from facts where {range} and request_verb in ('GET', 'POST') and useragent like '%Android%'
       group by client_ip order by client_ip limit 1000`,
    clickhouse: `
      select count(), sum(response_size), client_ip
        from facts where {range} and request_verb in ('GET', 'POST') and useragent like '%Android%'
       group by client_ip order by client_ip limit 1000`,
  },
  {
    name: 'minute × proxy × status',
    request: {
      metrics: [calls, averageTime],
      dimensions: ['apiproxy', 'response_status_code'],
      groupByTimeUnit: 'minute',
      timeRange: wholeMonth,
      limit: 10_000,
    },
    postgres: `
      select count(*), avg(total_response_time), apiproxy, response_status_code,
             date_trunc('minute', "timestamp") as minute
        from facts where {range}
       group by apiproxy, response_status_code, minute
       order by minute, apiproxy, response_status_code limit 10000`,
    clickhouse: `
      select count(), avg(total_response_time), apiproxy, response_status_code,
             toStartOfMinute(timestamp) as minute
        from facts where {range}
       group by apiproxy, response_status_code, minute
       order by minute, apiproxy, response_status_code limit 10000`,
  },
  {
    name: 'one group per fact',
    request: {
      metrics: [calls, averageTime],
      dimensions: ['gateway_flow_id', 'apiproxy'],
      timeRange: wholeMonth,
      limit: 1000,
    },
    postgres: `
      select count(*), avg(total_response_time), gateway_flow_id, apiproxy
        from facts where {range}
       group by gateway_flow_id, apiproxy order by gateway_flow_id, apiproxy limit 1000`,
    clickhouse: `
      select count(), avg(total_response_time), gateway_flow_id, apiproxy
        from facts where {range}
       group by gateway_flow_id, apiproxy order by gateway_flow_id, apiproxy limit 1000`,
  },
];

/** A report as large as facts, for how fast it is written: every fact is a row. */
export const rowsForWriting = (limit) => ({
  name: `${limit.toLocaleString('en')} rows`,
  request: {
    metrics: [averageTime],
    dimensions: ['gateway_flow_id', 'apiproxy', 'request_path'],
    timeRange: wholeMonth,
    limit,
  },
});

/** The shape's statement for a rival whose facts are those of this environment. */
export function rivalSql(shape, rival, environmentId) {
  const { start, end } = shape.request.timeRange;
  const moment = (text) => `'${text.slice(0, 19).replace('T', ' ')}'`;
  const range = `environment_id = ${environmentId} and "timestamp" >= ${moment(start)} and "timestamp" < ${moment(end)}`;
  return shape[rival].replace('{range}', range);
}
