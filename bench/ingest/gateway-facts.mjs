/** Columns of the facts, in the order of the CSV form. */
export const factColumns = [
  'timestamp',
  'apiproxy',
  'apiproxy_revision',
  'request_path',
  'request_verb',
  'response_status_code',
  'developer_app',
  'client_ip',
  'gateway_flow_id',
  'response_size',
  'total_response_time',
  'target_response_time',
];

/**
 * Yields facts of the day before `endMs` as text in chunks of about 1 MiB: NDJSON of about 350 bytes per
 * fact, or CSV without a header for environment 1 and batch 1. A seed always yields the same facts.
 */
export function* gatewayFacts({ rows, endMs, form, seed = 42 }) {
  const random = generator(seed);
  let text = '';
  for (let row = 0; row < rows; row += 1) {
    const fact = gatewayFact(random, row, endMs);
    text += form === 'csv' ? `1,1,${Object.values(fact).join(',')}\n` : `${JSON.stringify(fact)}\n`;
    if (text.length < 1024 * 1024) continue;
    yield text;
    text = '';
  }
  yield text;
}

function gatewayFact(random, row, endMs) {
  const proxy = Math.floor(50 * random() ** 3);
  const below = (limit) => Math.floor(random() * limit);
  return {
    timestamp: new Date(endMs - below(86_400_000)).toISOString(),
    apiproxy: `proxy_${proxy}`,
    apiproxy_revision: 1 + (proxy % 7),
    request_path: `/v1/accounts/${below(100_000)}/orders`,
    request_verb: random() < 0.8 ? 'GET' : 'POST',
    response_status_code: random() < 0.9 ? 200 : random() < 0.5 ? 404 : 503,
    developer_app: `app-${below(500)}`,
    client_ip: `10.${proxy}.${below(256)}.${below(256)}`,
    gateway_flow_id: `rrt-${below(4_294_967_296).toString(16)}-${row}-prod-1`,
    response_size: 200 + below(8000),
    total_response_time: 10 + below(200),
    target_response_time: 5 + below(150),
  };
}

/** The random number generator Mulberry32: numbers in [0, 1). */
function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
