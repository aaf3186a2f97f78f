// What the facts of the benchmark are made of, as SQL for DuckDB. Each value follows from the seed and the fact's number
// alone, so every rival gets the same facts however they are cut into files.

/** Facts are spread over these days, in UTC. */
export const firstDayMs = Date.UTC(2025, 10, 1);
export const days = 30;
const dayMs = 86_400_000;
export const endExclusiveMs = firstDayMs + days * dayMs;

const proxyWords =
  'accounts,orders,search,catalog,payments,carts,users,inventory,shipping,auth,invoices,reviews,prices,images,' +
  'events,locations,reports,messages,contracts,devices,offers,coupons,returns,ledger,quotes,tickets,claims,policies,' +
  'branches,cards,loans,rates,alerts,profiles,sessions,tokens,menus,routes,meters,weather';
const userAgents = [
  ...[138, 139, 140, 141, 142].flatMap((version) => [
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version}.0.0.0 Safari/537.36`,
    `Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version}.0.0.0 Mobile Safari/537.36`,
    `Mozilla/5.0 (X11; Linux x86_64; rv:${version}.0) Gecko/20100101 Firefox/${version}.0`,
  ]),
  ...['17.6', '18.1', '18.5'].map(
    (version) =>
      `Mozilla/5.0 (iPhone; CPU iPhone OS ${version.replace('.', '_')} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/${version} Mobile/15E148 Safari/604.1`,
  ),
  'okhttp/4.12.0',
  'python-requests/2.32.3',
  'Go-http-client/2.0',
  'curl/8.9.1',
  'axios/1.7.7',
  'Apache-HttpClient/5.3 (Java/21)',
];

/** `unit` is evenly spread over [0, 1), `bell` is normal with deviation 1, `skewed` has Zipf's distribution over 1 to `count`. */
export const macros = (seed) => [
  `create macro unit(n, salt) as (hash(n, ${seed}, salt) >> 11) / 9007199254740992.0`,
  `create macro bell(n, salt) as
     sqrt(-2 * ln(1 - unit(n, salt || ' radius'))) * cos(2 * pi() * unit(n, salt || ' angle'))`,
  `create macro skewed(n, salt, count) as cast(floor(pow(count + 1, unit(n, salt))) as integer)`,
];

/** The choice that lies at `unit`, by the shares of the choices, which add up to 1. */
function chosenBy(unit, shares) {
  let reached = 0;
  const cases = shares.map(
    ([value, share]) => `when ${unit} < ${(reached += share).toFixed(6)} then ${value}`,
  );
  return `case ${cases.join(' ')} else ${shares[0][0]} end`;
}

const verbs = [
  ["'GET'", 0.72],
  ["'POST'", 0.17],
  ["'PUT'", 0.06],
  ["'DELETE'", 0.03],
  ["'PATCH'", 0.02],
];
const statuses = [
  [200, 0.8],
  [201, 0.08],
  [204, 0.04],
  [400, 0.015],
  [401, 0.02],
  [403, 0.008],
  [404, 0.017],
  [429, 0.005],
  [500, 0.005],
  [502, 0.003],
  [503, 0.004],
  [504, 0.003],
];
const list = (values) => `[${values.map((value) => `'${value}'`).join(', ')}]`;

/** What columns depend on, by the fact's number `n` of `rows`. One in twenty arrives an hour to three days late. */
const drawn = ({ from, toExclusive, rows }) => `
  select *, hash(client) as address,
         ${chosenBy('verb_at', verbs)} as verb,
         ${chosenBy('status_at', statuses)} as status,
         cast(least(60000, exp(4 + (proxy % 7) / 4.0 + 0.9 * slowness)) as integer) as latency_ms,
         case when late_at < 0.05 then cast(3600000 * pow(72, late_at * 20) as bigint) else 0 end as late_ms
    from (select n,
                 ${firstDayMs} + cast(n * (${days * dayMs}.0 / ${rows}) as bigint) as arrived_ms,
                 skewed(n, 'proxy', 200) as proxy,
                 skewed(n, 'app', 2000) as app,
                 skewed(n, 'client', 100000) as client,
                 unit(n, 'verb') as verb_at,
                 unit(n, 'status') as status_at,
                 bell(n, 'latency') as slowness,
                 unit(n, 'late') as late_at,
                 unit(n, 'app is known') >= 0.08 as app_is_known
            from range(${from}, ${toExclusive}) numbers(n))`;

/** In the order of the table: name and expression over `drawn`. */
const columns = [
  // Late, unless that were before the first day; otherwise up to two seconds.
  [
    'timestamp',
    `make_timestamp(1000 * greatest(
       arrived_ms - case when arrived_ms - late_ms >= ${firstDayMs} then late_ms else 0 end
                  - cast(2000 * unit(n, 'delay') as bigint),
       ${firstDayMs}))`,
  ],
  ['apiproxy', `(${list(proxyWords.split(','))})[(proxy - 1) % 40 + 1] || '-v' || ((proxy - 1) // 40 + 1)`],
  ['apiproxy_revision', `cast(1 + proxy % 9 + n * 3 // greatest(n + 1, 1000000) as integer)`],
  [
    'developer',
    `case when app_is_known then format('acme@@@{:08x}', cast(hash(app % 700) >> 32 as bigint)) end`,
  ],
  ['developer_app', `case when app_is_known then format('app-{:04d}', app) end`],
  [
    'client_ip',
    `format('{}.{}.{}.{}', 11 + address % 180, (address >> 8) % 256, (address >> 16) % 256, 1 + (address >> 24) % 254)`,
  ],
  [
    'request_path',
    `'/' || (${list(proxyWords.split(','))})[(proxy - 1) % 40 + 1] ||
       case when unit(n, 'has id') < 0.7 then '/' || (10000 + skewed(n, 'id', 50000)) else '' end`,
  ],
  ['request_verb', 'verb'],
  ['response_status_code', 'cast(status as integer)'],
  ['gateway_flow_id', `format('rrt-{:016x}-b-gce-{}-{}-1', hash(n % 8) >> 1, 10000 + n % 8 * 37, n)`],
  [
    'useragent',
    `(${list(userAgents)})[least(${userAgents.length}, skewed(n, 'agent', ${userAgents.length}))]`,
  ],
  [
    'request_size',
    `case when verb in ('GET', 'DELETE') then 0
          else cast(least(50000000, exp(6.4 + bell(n, 'request size'))) as integer) end`,
  ],
  [
    'response_size',
    `case when status = 204 then 0
          else cast(least(50000000, exp(7.8 + 1.3 * bell(n, 'response size'))) as integer) end`,
  ],
  // Not known where the gateway answered by itself.
  [
    'target_response_time',
    `case when status not in (401, 403, 429)
          then greatest(0, latency_ms - cast(1 + 8 * unit(n, 'gateway') as integer)) end`,
  ],
  ['total_response_time', 'latency_ms'],
];

export const columnNames = columns.map(([name]) => name);

/** Selects the facts `from` to `toExclusive` of `rows`, in the order of their arrival. Needs the macros. */
export function selectFacts(numbers) {
  const selected = columns.map(([name, expression]) => `${expression} as "${name}"`).join(',\n  ');
  return `select ${selected} from (${drawn(numbers)})`;
}
