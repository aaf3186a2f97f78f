// Shapes of the queries of ClickBench (C) and JSONBench (J), numbered from 1 in the order of their files, as reports over
// the benchmark's facts: client_ip stands for the user, request_path for texts of many values, useragent for texts of few.
// Rows that are equal in a query's order are sorted by their groups, as every report is. docs/public-benchmarks.md
// lists the queries that have no report, and those that another one stands for. Filters select rare values, so that these shapes
// need 100,000 facts.
import { averageTime, calls, wholeMonth } from './request-terms.mjs';

const twoDays = { start: '2025-11-14T00:00:00Z', end: '2025-11-16T00:00:00Z' };

const counted = { ...calls, alias: 'calls' };
const errors = { name: 'is_error', function: 'sum' };
const addresses = { name: 'client_ip', function: 'count_distinct', alias: 'addresses' };
const mostFirst = (column) => [{ column, direction: 'desc' }];

/** SQL that is idiomatic for both rivals. */
const forBoth = (sql) => ({ postgres: sql, clickhouse: sql });

export const publicShapes = [
  {
    name: 'C2: count, filter',
    request: { metrics: [calls], timeRange: wholeMonth, filter: '(response_status_code ne 200)' },
    ...forBoth(`select count(*) from facts where {range} and response_status_code <> 200`),
  },
  {
    name: 'C6: distinct paths',
    request: {
      metrics: [{ name: 'request_path', function: 'count_distinct' }],
      timeRange: wholeMonth,
    },
    ...forBoth(`select count(distinct request_path) from facts where {range}`),
  },
  {
    name: 'C10: proxies by calls, distinct',
    request: {
      metrics: [errors, counted, averageTime, addresses],
      dimensions: ['apiproxy'],
      orderBy: mostFirst('calls'),
      timeRange: wholeMonth,
      limit: 10,
    },
    ...forBoth(`
      select count(*) filter (where response_status_code >= 400), count(*) as calls, avg(total_response_time),
             count(distinct client_ip), apiproxy
        from facts where {range}
       group by apiproxy order by calls desc, apiproxy limit 10`),
  },
  {
    name: 'C12: apps by distinct addresses',
    request: {
      metrics: [addresses],
      dimensions: ['developer', 'developer_app'],
      orderBy: mostFirst('addresses'),
      timeRange: wholeMonth,
      filter: '(developer_app isnot null)',
      limit: 10,
    },
    ...forBoth(`
      select count(distinct client_ip) as addresses, developer, developer_app
        from facts where {range} and developer_app is not null
       group by developer, developer_app order by addresses desc, developer, developer_app limit 10`),
  },
  {
    name: 'C17: address × path by calls',
    request: {
      metrics: [counted],
      dimensions: ['client_ip', 'request_path'],
      orderBy: mostFirst('calls'),
      timeRange: wholeMonth,
      limit: 10,
    },
    ...forBoth(`
      select count(*) as calls, client_ip, request_path
        from facts where {range}
       group by client_ip, request_path order by calls desc, client_ip, request_path limit 10`),
  },
  {
    name: 'C20: facts of a rare app',
    request: {
      dimensions: ['gateway_flow_id'],
      timeRange: wholeMonth,
      filter: "(developer_app eq 'app-1234')",
    },
    ...forBoth(`
      select gateway_flow_id
        from facts where {range} and developer_app = 'app-1234'
       order by gateway_flow_id`),
  },
  {
    name: 'C23: paths, two patterns, minima',
    request: {
      metrics: [
        { name: 'total_response_time', function: 'min' },
        { name: 'response_size', function: 'min' },
        counted,
        addresses,
      ],
      dimensions: ['request_path'],
      orderBy: mostFirst('calls'),
      timeRange: wholeMonth,
      filter:
        "(useragent like '%Android%') and (request_path not like '%/2____') and (developer_app isnot null)",
      limit: 10,
    },
    ...forBoth(`
      select min(total_response_time), min(response_size), count(*) as calls, count(distinct client_ip), request_path
        from facts where {range} and useragent like '%Android%' and request_path not like '%/2____'
         and developer_app is not null
       group by request_path order by calls desc, request_path limit 10`),
  },
  {
    name: 'C27: the first by second and path',
    request: {
      dimensions: ['request_path'],
      groupByTimeUnit: 'second',
      timeRange: wholeMonth,
      filter: '(developer_app isnot null)',
      limit: 10,
    },
    postgres: `
      select request_path, date_trunc('second', "timestamp") as second
        from facts where {range} and developer_app is not null
       group by request_path, second order by second, request_path limit 10`,
    clickhouse: `
      select request_path, toStartOfSecond(timestamp) as second
        from facts where {range} and developer_app is not null
       group by request_path, second order by second, request_path limit 10`,
  },
  {
    name: 'C28: addresses by size, having',
    request: {
      metrics: [{ name: 'response_size', function: 'avg', alias: 'size' }, counted],
      dimensions: ['client_ip'],
      having: '(calls gt 1000)',
      orderBy: mostFirst('size'),
      timeRange: wholeMonth,
      limit: 25,
    },
    ...forBoth(`
      select avg(response_size) as size, count(*) as calls, client_ip
        from facts where {range}
       group by client_ip having count(*) > 1000 order by size desc, client_ip limit 25`),
  },
  {
    name: 'C33: id × address by calls',
    request: {
      metrics: [counted, errors, averageTime],
      dimensions: ['gateway_flow_id', 'client_ip'],
      orderBy: mostFirst('calls'),
      timeRange: wholeMonth,
      limit: 10,
    },
    ...forBoth(`
      select count(*) as calls, count(*) filter (where response_status_code >= 400), avg(total_response_time),
             gateway_flow_id, client_ip
        from facts where {range}
       group by gateway_flow_id, client_ip order by calls desc, gateway_flow_id, client_ip limit 10`),
  },
  {
    name: 'C34: paths by calls',
    request: {
      metrics: [counted],
      dimensions: ['request_path'],
      orderBy: mostFirst('calls'),
      timeRange: wholeMonth,
      limit: 10,
    },
    ...forBoth(`
      select count(*) as calls, request_path
        from facts where {range}
       group by request_path order by calls desc, request_path limit 10`),
  },
  {
    name: 'C37: paths of a proxy by calls',
    request: {
      metrics: [counted],
      dimensions: ['request_path'],
      orderBy: mostFirst('calls'),
      timeRange: wholeMonth,
      filter:
        "(apiproxy eq 'payments-v1') and (request_verb eq 'GET') and (response_status_code lt 400) and (request_path ne '/payments')",
      limit: 10,
    },
    ...forBoth(`
      select count(*) as calls, request_path
        from facts where {range} and apiproxy = 'payments-v1' and request_verb = 'GET'
         and response_status_code < 400 and request_path <> '/payments'
       group by request_path order by calls desc, request_path limit 10`),
  },
  {
    name: 'C43: minutes of a proxy, two days',
    request: {
      metrics: [calls],
      groupByTimeUnit: 'minute',
      timeRange: twoDays,
      filter: "(apiproxy eq 'payments-v1') and (response_status_code lt 400)",
      limit: 1010,
    },
    postgres: `
      select count(*), date_trunc('minute', "timestamp") as minute
        from facts where {range} and apiproxy = 'payments-v1' and response_status_code < 400
       group by minute order by minute limit 1010`,
    clickhouse: `
      select count(), toStartOfMinute(timestamp) as minute
        from facts where {range} and apiproxy = 'payments-v1' and response_status_code < 400
       group by minute order by minute limit 1010`,
  },
  {
    name: 'J1: user agents by calls',
    request: {
      metrics: [counted],
      dimensions: ['useragent'],
      orderBy: mostFirst('calls'),
      timeRange: wholeMonth,
    },
    ...forBoth(`
      select count(*) as calls, useragent
        from facts where {range}
       group by useragent order by calls desc, useragent`),
  },
  {
    name: 'J2: user agents, distinct, filter',
    request: {
      metrics: [counted, addresses],
      dimensions: ['useragent'],
      orderBy: mostFirst('calls'),
      timeRange: wholeMonth,
      filter: "(request_verb eq 'GET') and (response_status_code lt 400)",
    },
    ...forBoth(`
      select count(*) as calls, count(distinct client_ip), useragent
        from facts where {range} and request_verb = 'GET' and response_status_code < 400
       group by useragent order by calls desc, useragent`),
  },
  {
    name: 'J3: hour of the day × three proxies',
    request: {
      metrics: [calls],
      dimensions: ['ax_hour_of_day', 'apiproxy'],
      timeRange: wholeMonth,
      filter:
        "(request_verb eq 'GET') and (response_status_code lt 400) and (apiproxy in 'catalog-v1','payments-v1','carts-v1')",
    },
    postgres: `
      select count(*), to_char("timestamp", 'HH24') as hour, apiproxy
        from facts where {range} and request_verb = 'GET' and response_status_code < 400
         and apiproxy in ('catalog-v1', 'payments-v1', 'carts-v1')
       group by hour, apiproxy order by hour, apiproxy`,
    clickhouse: `
      select count(), formatDateTime(timestamp, '%H') as hour, apiproxy
        from facts where {range} and request_verb = 'GET' and response_status_code < 400
         and apiproxy in ('catalog-v1', 'payments-v1', 'carts-v1')
       group by hour, apiproxy order by hour, apiproxy`,
  },
];
