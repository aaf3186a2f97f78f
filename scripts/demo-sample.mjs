/** Yields one line of JSON per API call in the 24 hours before `endMs`. A seed always yields the same calls. */
export function* sampleCalls({ seed, count, endMs }) {
  const random = generator(seed);
  const proxies = [
    { name: 'weather', share: 0.4, base: '/weather/v1', targetMs: 35 },
    { name: 'orders', share: 0.3, base: '/orders/v2', targetMs: 90 },
    { name: 'catalogue', share: 0.2, base: '/catalogue/v1', targetMs: 60 },
    { name: 'payments', share: 0.1, base: '/payments/v3', targetMs: 240 },
  ];
  const dayMs = 86_400_000;
  for (let index = 0; index < count; index += 1) {
    const proxy = pick(random, proxies);
    const status = pick(random, statuses).code;
    // Response times have a long tail: most are near the median, a few are many times longer.
    const targetMs = Math.round(proxy.targetMs * Math.exp(random() * 2 - 0.5));
    const gatewayMs = 2 + Math.floor(random() * 8);
    const targetCalled = status !== 401 && status !== 429;
    yield JSON.stringify({
      // Not in the last minute: the server refuses timestamps in the future of its clock.
      timestamp: new Date(endMs - 60_000 - Math.floor(random() * (dayMs - 3_600_000))).toISOString(),
      apiproxy: proxy.name,
      proxy_basepath: proxy.base,
      request_path: `${proxy.base}/${1 + Math.floor(random() * 50)}`,
      request_verb: random() < 0.8 ? 'GET' : 'POST',
      response_status_code: status,
      developer_app: `app-${1 + Math.floor(random() * 12)}`,
      client_ip: `192.0.2.${1 + Math.floor(random() * 200)}`,
      response_size: 200 + Math.floor(random() * 8_000),
      total_response_time: gatewayMs + (targetCalled ? targetMs : 0),
      ...(targetCalled && { target_response_time: targetMs }),
    });
  }
}

const statuses = [
  { code: 200, share: 0.9 },
  { code: 404, share: 0.04 },
  { code: 401, share: 0.02 },
  { code: 429, share: 0.02 },
  { code: 503, share: 0.02 },
];

function pick(random, choices) {
  let rest = random();
  for (const choice of choices) {
    rest -= choice.share;
    if (rest < 0) return choice;
  }
  return choices[0];
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
